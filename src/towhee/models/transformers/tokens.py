"""Texts to tokens, by the tokenizer that a model of transformers brings with it."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from towhee.errors import MissingExtraError
from towhee.models.text.broken_text import broken_text
from towhee.models.transformers.loading import load_processor


class PretrainedTokens:
    """The tokens of texts, cut to what a model reads.

    Args:
        folder: with the tokenizer's files.
        max_tokens: beyond which a text is cut.
        extra: that brings what the tokenizer needs.

    Attributes:
        padding: the token that fills up shorter rows.
        has_mask: whether the model takes a mask, which tells tokens and padding apart.

    Raises:
        MissingExtraError: if a package that the tokenizer needs is not installed.
        WeightsError: if files are missing or damaged.
    """

    def __init__(self, folder: Path, *, max_tokens: int, extra: str = "transformers") -> None:
        try:
            # Any: the classes of tokenizers have no type in common that says how they are called.
            self._tokenizer: Any = load_processor("AutoTokenizer", folder)
        except ModuleNotFoundError as error:
            raise MissingExtraError("this tokenizer", extra) from error
        self._max_tokens = max_tokens
        self._lock = threading.Lock()  # a call sets how the tokenizer cuts, for all callers
        pad = self._tokenizer.pad_token_id
        self.padding = int(pad) if pad is not None else 0
        self.has_mask = "attention_mask" in self._tokenizer.model_input_names

    def ids(self, text: str) -> npt.NDArray[np.int64]:
        """The numbers of the tokens, ``(length,) int64``; called from several threads.

        Raises:
            DataError: for a text that is no Unicode.
        """
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise broken_text() from error
        with self._lock:
            found = self._tokenizer(text, truncation=True, max_length=self._max_tokens)
        return np.array(found["input_ids"], np.int64)
