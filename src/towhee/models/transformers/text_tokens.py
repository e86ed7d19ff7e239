"""Texts to tokens and back, for models that read or write text."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from towhee.errors import DataError
from towhee.models.text.broken_text import broken_text

if TYPE_CHECKING:
    import torch

Tokens = npt.NDArray[np.int64]


class TextTokens:
    """A tokenizer that several threads may call, one at a time.

    Args:
        tokenizer: of transformers.
        limit: the most tokens that the model reads, ``None`` if there is no limit.
    """

    # Any: the library's tokenizers have no type of their own to offer before it is imported.
    def __init__(self, tokenizer: Any, limit: int | None) -> None:
        self.tokenizer = tokenizer
        self._limit = limit
        self._lock = threading.Lock()  # a tokenizer cannot serve two callers at once

    def ids(self, text: str, **options: Any) -> Tokens:
        """The numbers of a text's tokens, ``(length,) int64``.

        Raises:
            DataError: for a text that is longer than the model reads, or holds half a character.
        """
        try:
            text.encode("utf-8")
        except UnicodeEncodeError as error:
            raise broken_text() from error
        with self._lock:
            found = self.tokenizer(text, **options)["input_ids"]
        if self._limit is not None and len(found) > self._limit:
            raise DataError(
                f"the text has {len(found)} tokens, and the model reads {self._limit} at most: "
                f"divide it first, into sentences for example ({text[:40]!r}…)"
            )
        return np.asarray(found, np.int64)

    def padded(
        self, rows: Sequence[Tokens], *, fill: int, at_left: bool = False
    ) -> dict[str, torch.Tensor]:
        """Rows of different length as one batch, and a mask of what is in them.

        Args:
            rows: at least one.
            fill: the token that is put where a row ends, or begins.
            at_left: fill up in front, for models that go on writing behind the last token.
        """
        import torch

        longest = max(map(len, rows))
        ids = torch.full((len(rows), longest), fill, dtype=torch.int64)
        mask = torch.zeros((len(rows), longest), dtype=torch.int64)
        for place, row in enumerate(rows):
            part = slice(longest - len(row), longest) if at_left else slice(len(row))
            ids[place, part] = torch.from_numpy(row)
            mask[place, part] = 1
        return {"input_ids": ids, "attention_mask": mask}

    def texts(self, sequences: torch.Tensor, *, skip_special_tokens: bool = True) -> list[str]:
        """What the model wrote.

        Args:
            sequences: the numbers of tokens, ``(n, length)``.
            skip_special_tokens: leave out tokens that are no text; models of letters for moments
                need them, as one stands between two letters that are alike.
        """
        with self._lock:
            return [
                str(self.tokenizer.decode(row, skip_special_tokens=skip_special_tokens))
                for row in sequences.tolist()
            ]
