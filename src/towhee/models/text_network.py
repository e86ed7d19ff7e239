"""The tower of a model that reads texts, as every backend can be made from it."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from towhee.models.network import Batch
from towhee.models.onnx_cache import keep_export, kept_export
from towhee.models.onnx_export import exported
from towhee.models.text.sample_sentences import sample_sentences
from towhee.models.text.tokens import padded
from towhee.models.towers import TextTower

if TYPE_CHECKING:
    import torch

_EXAMPLE_ROWS, _CHECK_ROWS = 2, 5


class TextNetwork:
    """Vectors ``(n, d)`` for token ids, and their mask if the tower takes one.

    Args:
        tower: the model.
        texts: on which backends are compared; the sample sentences if there are none.
    """

    def __init__(self, tower: TextTower, texts: Sequence[str] = ()) -> None:
        self._tower, self._texts = tower, texts
        self.name = tower.name

    def unloaded(self) -> TextNetwork:
        """The same model with nothing of it in memory but its tokenizer."""
        return TextNetwork(self._tower, self._texts)

    @cached_property
    def key(self) -> str | None:
        """What the vectors depend on, as one digest; ``None`` for random weights."""
        return self._tower.digest()

    @cached_property
    def _network(self) -> torch.nn.Module:
        return self._tower.module()

    def module(self) -> torch.nn.Module:
        """The tower, as its library computes it."""
        return self._network

    def onnx(self) -> bytes:
        """The same in ONNX form, exported unless the export is kept from before.

        Raises:
            MissingExtraError: if the packages that write ONNX are not installed.
            WeightsError: if the model cannot be exported, or the export gives other vectors.
        """
        content = kept_export(self.key) if self.key else None
        if content is None:
            rows = [self.prepared(text) for text in sample_sentences()]
            lengths = {len(row) for row in rows}
            is_fixed = self._tower.filled_to is not None or len(lengths) == 1
            axes = ("n",) if is_fixed else ("n", "length")
            names = ("input_ids", "attention_mask")[: 1 + self._tower.has_mask]
            content = exported(
                self._network,
                self.batch(rows[:_EXAMPLE_ROWS]),
                check=self.batch(rows[-_CHECK_ROWS:]),
                inputs=dict.fromkeys(names, axes),
                name=self.name,
            )
            if self.key:
                keep_export(self.key, content)
        return content

    @property
    def usual_length(self) -> int:
        """The tokens of a usual text: the median of those that backends are compared on."""
        lengths: list[int] = [ids.shape[1] for ids, *_ in self.calibration()]
        return statistics.median_low(lengths)

    def calibration(self) -> list[Batch]:
        """The texts given, or the sample sentences."""
        texts = self._texts or sample_sentences()
        return [self.batch([self.prepared(text)]) for text in texts]

    def joined(self, rows: Sequence[Batch]) -> Batch:
        """One batch of several rows, padded on the right."""
        if not self._tower.has_mask:  # whose rows are all as long as the model reads
            return (np.concatenate([ids for (ids,) in rows]),)
        return self.batch(
            [ids[row, : int(mask[row].sum())] for ids, mask in rows for row in range(len(ids))]
        )

    def prepared(self, text: str) -> npt.NDArray[np.int64]:
        """The numbers of a text's tokens, ``(length,) int64``.

        Raises:
            DataError: for a text that is no Unicode.
        """
        return self._tower.ids(text)

    # Any: what comes out of a queue of the engine.
    def batch(self, prepared: Sequence[Any]) -> Batch:
        """The inputs for the tokens of several texts, padded on the right."""
        padding = self._tower.padding
        ids, mask = padded(prepared, padding)
        lacking = (self._tower.filled_to or 0) - ids.shape[1]
        if lacking > 0:
            ids = np.pad(ids, ((0, 0), (0, lacking)), constant_values=padding)
            mask = np.pad(mask, ((0, 0), (0, lacking)))
        return (ids, mask) if self._tower.has_mask else (ids,)
