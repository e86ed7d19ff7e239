"""A sentence model, as every backend can be made from it."""

from __future__ import annotations

import hashlib
import json
import statistics
from collections.abc import Sequence
from dataclasses import astuple
from functools import cached_property
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from towhee.errors import MissingExtraError
from towhee.models.checkpoint import CONFIG_FILE
from towhee.models.file_digest import file_sha256
from towhee.models.network import Batch
from towhee.models.onnx_cache import keep_export, kept_export
from towhee.models.onnx_export import exported
from towhee.models.text.layout import TOKENIZER_FILE, SentenceLayout, sentence_layout
from towhee.models.text.sample_sentences import sample_sentences
from towhee.models.text.spec import SentenceSpec
from towhee.models.text.tokens import Tokenizer, padded
from towhee.models.text.transformer import sentence_module

if TYPE_CHECKING:
    import torch

_INPUTS = {"input_ids": ("n", "length"), "attention_mask": ("n", "length")}
_EXAMPLE_ROWS, _CHECK_ROWS = 2, 5


class SentenceNetwork:
    """Vectors ``(n, d)`` for token ids and attention mask, ``(n, length) int64`` each.

    Args:
        spec: which model.
        prompt: what is put in front of every text; ``None`` for the model's own.
        texts: on which backends are compared; the sample sentences if there are none.

    Raises:
        WeightsError: for files that are missing, damaged, or not to be had.
    """

    def __init__(
        self, spec: SentenceSpec, *, prompt: str | None = None, texts: Sequence[str] = ()
    ) -> None:
        self._spec, self._prompt, self._texts = spec, prompt, texts
        self.layout: SentenceLayout = sentence_layout(spec.files)
        self._tokenizer_file = spec.files.needed(self.layout.transformer + TOKENIZER_FILE)
        self.tokenizer = Tokenizer(self._tokenizer_file, self.layout, prompt=prompt)
        self.name = spec.name

    def unloaded(self) -> SentenceNetwork:
        """The same model with nothing of it in memory."""
        return SentenceNetwork(self._spec, prompt=self._prompt, texts=self._texts)

    @cached_property
    def key(self) -> str:
        """What the vectors depend on, as one digest."""
        files, layout = self._spec.files, self.layout
        config = files.needed(layout.transformer + CONFIG_FILE)
        parts: list[object] = [file_sha256(files.weights(layout.transformer))]
        parts += [file_sha256(config), file_sha256(self._tokenizer_file)]
        parts += [astuple(layout), self._prompt]
        try:
            parts += [version(name) for name in ("torch", "transformers", "tokenizers", "towhee")]
        except PackageNotFoundError as error:
            raise MissingExtraError("a sentence model", "text") from error
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]

    @property
    def usual_length(self) -> int:
        """The tokens of a usual text: the median of those that backends are compared on."""
        lengths: list[int] = [ids.shape[1] for ids, _ in self.calibration()]
        return statistics.median_low(lengths)

    @cached_property
    def _module(self) -> torch.nn.Module:
        return sentence_module(self._spec.files.weights(self.layout.transformer), self.layout)

    def module(self) -> torch.nn.Module:
        """The transformer and what comes behind it, as sentence-transformers computes them."""
        return self._module

    def onnx(self) -> bytes:
        """The same in ONNX form, exported unless the export is kept from before.

        Raises:
            MissingExtraError: if the packages that write ONNX are not installed.
            WeightsError: if the model cannot be exported, or the export gives other vectors.
        """
        content = kept_export(self.key)
        if content is None:
            samples = [self._row(text) for text in sample_sentences()]
            content = exported(
                self._module,
                self.joined(samples[:_EXAMPLE_ROWS]),
                check=self.joined(samples[-_CHECK_ROWS:]),
                inputs=_INPUTS,
                name=self.name,
            )
            keep_export(self.key, content)
        return content

    def calibration(self) -> list[Batch]:
        """The texts given, or the sample sentences."""
        return [self._row(text) for text in self._texts or sample_sentences()]

    def joined(self, rows: Sequence[Batch]) -> Batch:
        """One batch of several, padded on the right."""
        return self.batch(
            [ids[row, : int(mask[row].sum())] for ids, mask in rows for row in range(len(ids))]
        )

    def batch(self, texts: Sequence[npt.NDArray[np.int64]]) -> Batch:
        """The inputs for texts as the tokenizer gives them, padded on the right."""
        return padded(texts, self.layout.padding)

    def _row(self, text: str) -> Batch:
        return self.batch([self.tokenizer.ids(text)])
