"""Texts to tokens, by the tokenizer of a model of open_clip."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
import numpy.typing as npt

from towhee.models.open_clip.importing import import_open_clip, quiet_open_clip
from towhee.models.open_clip.source import OpenClipSource
from towhee.models.text.broken_text import broken_text
from towhee.models.transformers.loading import loading_errors


class OpenClipTokens:
    """The tokens of texts, cut or filled up to what the model reads.

    Args:
        source: which model.

    Raises:
        MissingExtraError: if open_clip is not installed.
        WeightsError: if files are missing or damaged.
    """

    def __init__(self, source: OpenClipSource) -> None:
        open_clip = import_open_clip()
        folder = source.folder()
        with loading_errors(source.name), quiet_open_clip():
            # Any: the classes of tokenizers have no type in common.
            self._tokenizer: Any = open_clip.get_tokenizer(f"local-dir:{folder}")
        self._lock = threading.Lock()  # some of them keep what they saw in a dict

    def ids(self, text: str) -> npt.NDArray[np.int64]:
        """The numbers of the tokens, ``(length,) int64``; called from several threads.

        Raises:
            DataError: for a text that is no Unicode.
        """
        try:
            with self._lock:
                found: npt.NDArray[np.int64] = self._tokenizer([text])[0].numpy()
        except (UnicodeEncodeError, TypeError) as error:
            raise broken_text() from error
        return found.astype(np.int64)
