"""A sentence model, as every backend can be made from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from towhee.models.checkpoint import CONFIG_FILE
from towhee.models.file_digest import file_sha256_once
from towhee.models.text.layout import TOKENIZER_FILE, SentenceLayout, sentence_layout
from towhee.models.text.network_key import network_key
from towhee.models.text.spec import SentenceSpec
from towhee.models.text.token_network import TokenNetwork
from towhee.models.text.tokens import Tokenizer
from towhee.models.text.transformer import sentence_module

if TYPE_CHECKING:
    import torch


class SentenceNetwork(TokenNetwork):
    """A model of sentence-transformers.

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
        self._spec, self._prompt, self._given_texts = spec, prompt, texts
        self.layout: SentenceLayout = sentence_layout(spec.files)
        self._tokenizer_file = spec.files.needed(self.layout.transformer + TOKENIZER_FILE)
        tokenizer = Tokenizer(
            self._tokenizer_file.read_bytes(),
            named=str(self._tokenizer_file),
            prompt=self.layout.prompt if prompt is None else prompt,
            max_tokens=self.layout.max_tokens,
            cuts_left=self.layout.cuts_left,
            lower_case=self.layout.lower_case,
        )
        super().__init__(spec.name, tokenizer, padding=self.layout.padding, texts=texts)

    def unloaded(self) -> SentenceNetwork:
        """The same model with nothing of it in memory."""
        return SentenceNetwork(self._spec, prompt=self._prompt, texts=self._given_texts)

    @cached_property
    def key(self) -> str:
        """What the vectors depend on, as one digest."""
        files, layout = self._spec.files, self.layout
        read = (
            files.weights(layout.transformer),
            files.needed(layout.transformer + CONFIG_FILE),
            self._tokenizer_file,
            *self._dense,
        )
        return network_key([*map(file_sha256_once, read), astuple(layout), self._prompt])

    def read_module(self) -> torch.nn.Module:
        """The transformer and what comes behind it, as sentence-transformers computes them."""
        weights = self._spec.files.weights(self.layout.transformer)
        return sentence_module(weights, self.layout, self._dense)

    @property
    def _dense(self) -> list[Path]:
        folders = [step.dense for step in self.layout.behind if step.dense is not None]
        return [self._spec.files.weights(folder) for folder in folders]
