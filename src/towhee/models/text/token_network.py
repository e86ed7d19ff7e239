"""What the networks of texts have in common: they take the tokens of a text."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt

from towhee.models.network import Batch, concatenated
from towhee.models.onnx_cache import keep_export, kept_export
from towhee.models.onnx_export import exported
from towhee.models.text.few_lengths import few_lengths
from towhee.models.text.sample_sentences import sample_sentences
from towhee.models.text.tokens import Tokenizer, padded

if TYPE_CHECKING:
    import torch
    from typing_extensions import Self

_INPUTS = ("input_ids", "attention_mask")
_EXAMPLE_ROWS, _CHECK_ROWS = 2, 5


class Tokens(Protocol):
    """Makes tokens of texts."""

    def ids(self, text: str) -> npt.NDArray[np.int64]:
        """The numbers of a text's tokens, ``(length,) int64``; called from several threads."""
        ...


class TokenNetwork:
    """Vectors ``(n, d)`` for token ids and their attention mask, ``(n, length) int64`` each.

    A subclass gives ``key``, ``read_module`` and ``unloaded``.

    Args:
        name: what messages call the model.
        tokenizer: makes the tokens of a text.
        padding: the token that fills up the shorter rows of a batch.
        texts: on which backends are compared; the samples if there are none.
        samples: texts of the kind that the model is for, for which it is exported.
        has_mask: whether the module takes a mask, 1 for tokens and 0 for padding; rows of one that
            does not are all as long as the model reads.
        filled_to: how long all rows are made; 0 for as long as the longest of their batch.

    Attributes:
        name, tokenizer, padding, filled_to: as given.
    """

    def __init__(
        self,
        name: str,
        tokenizer: Tokens,
        *,
        padding: int,
        texts: Sequence[str] = (),
        samples: Sequence[str] | None = None,
        has_mask: bool = True,
        filled_to: int = 0,
    ) -> None:
        self.name = name
        self.tokenizer = tokenizer
        self.padding = padding
        self._has_mask = has_mask
        self.filled_to = filled_to
        self._samples = sample_sentences() if samples is None else samples
        self._texts = texts or self._samples

    @property
    def key(self) -> str | None:
        """What the vectors depend on, as one digest; ``None`` for random weights."""
        raise NotImplementedError(f"{type(self).__name__} defines no key")

    def read_module(self) -> torch.nn.Module:
        """The model, read from its files."""
        raise NotImplementedError(f"{type(self).__name__} defines no read_module()")

    def unloaded(self) -> Self:
        """The same model with nothing of it in memory."""
        raise NotImplementedError(f"{type(self).__name__} defines no unloaded()")

    @property
    def usual_length(self) -> int:
        """The tokens of a usual text: the median of those that backends are compared on."""
        lengths: list[int] = [ids.shape[1] for ids, *_ in self.calibration()]
        return statistics.median_low(lengths)

    @cached_property
    def _module(self) -> torch.nn.Module:
        return self.read_module()

    def module(self) -> torch.nn.Module:
        """The transformer and what comes behind it, as its library computes them."""
        return self._module

    def onnx(self) -> bytes:
        """The same in ONNX form, exported unless the export is kept from before.

        Raises:
            MissingExtraError: if the packages that write ONNX are not installed.
            WeightsError: if the model cannot be exported, or the export gives other vectors.
        """
        content = kept_export(self.key) if self.key else None
        if content is None:
            samples = [self._row(text) for text in self._samples]
            of_one_length = len({ids.shape[1] for ids, *_ in samples}) == 1
            axes = ("n",) if of_one_length else ("n", "length")
            content = exported(
                self._module,
                self.joined(samples[:_EXAMPLE_ROWS]),
                check=self.joined(samples[-_CHECK_ROWS:]),
                inputs=dict.fromkeys(_INPUTS[: 1 + self._has_mask], axes),
                name=self.name,
            )
            if self.key:
                keep_export(self.key, content)
        return content

    def calibration(self) -> list[Batch]:
        """The texts given, or the samples."""
        return [self._row(text) for text in self._texts]

    def joined(self, rows: Sequence[Batch]) -> Batch:
        """One batch of several, padded on the right."""
        if not self._has_mask:
            return concatenated(rows)
        return self.batch(
            [ids[row, : int(mask[row].sum())] for ids, mask in rows for row in range(len(ids))]
        )

    def row_length(self, tokens: int) -> int:
        """The length of rows whose longest text has so many tokens, where few shapes are better."""
        limit = self.tokenizer.max_tokens if isinstance(self.tokenizer, Tokenizer) else None
        return max(few_lengths(tokens, limit), self.filled_to)

    def batch(self, texts: Sequence[npt.NDArray[np.int64]], *, few_shapes: bool = False) -> Batch:
        """The inputs for texts as the tokenizer gives them, padded on the right.

        Args:
            texts: the tokens of each.
            few_shapes: whether rows are made somewhat longer, so that batches have few lengths.
        """
        at_least = self.filled_to
        if few_shapes:
            at_least = self.row_length(max(map(len, texts)))
        inputs = padded(texts, self.padding, at_least=at_least)
        return inputs[: 1 + self._has_mask]

    def _row(self, text: str) -> Batch:
        return self.batch([self.tokenizer.ids(text)])
