"""Texts to the numbers of their tokens. The only module that imports tokenizers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from towhee.errors import DataError, MissingExtraError, WeightsError
from towhee.models.network import Batch
from towhee.models.text.layout import SentenceLayout


class Tokenizer:
    """The tokens that a model takes for a text, as sentence-transformers makes them.

    Args:
        file: its ``tokenizer.json``.
        layout: of the model, which says what becomes of long texts.
        prompt: what is put in front of every text; ``None`` for the model's own.

    Raises:
        MissingExtraError: if tokenizers is not installed.
        WeightsError: if the file is damaged, or makes something else of texts than tokens alone.
    """

    def __init__(self, file: Path, layout: SentenceLayout, *, prompt: str | None = None) -> None:
        try:
            import tokenizers
            from tokenizers import normalizers
        except ModuleNotFoundError as error:
            raise MissingExtraError("a sentence model", "text") from error
        content = file.read_bytes()
        try:
            # Any: the package has no types.
            made: Any = tokenizers.Tokenizer.from_buffer(content)
        except ValueError as error:
            raise WeightsError(
                f"{str(file)!r} is no tokenizer, or a damaged one: {error}"
            ) from error
        made.no_padding()
        made.no_truncation()
        if layout.max_tokens is not None:
            direction = "left" if layout.cuts_left else "right"
            made.enable_truncation(layout.max_tokens, direction=direction)
        if layout.lower_case:
            before = [] if made.normalizer is None else [made.normalizer]
            made.normalizer = normalizers.Sequence([normalizers.Lowercase(), *before])
        if any(made.encode("a").type_ids):
            raise WeightsError(f"{str(file)!r} tells parts of a text apart, which towhee does not")
        self._tokenizer = made
        self._prompt = layout.prompt if prompt is None else prompt

    def ids(self, text: str) -> npt.NDArray[np.int64]:
        """The numbers of the tokens, ``(length,) int64``.

        Raises:
            DataError: for a text that is no Unicode, or of which no token is left.
        """
        try:
            # Of a batch, as only that leaves the interpreter to other threads meanwhile.
            (encoding,) = self._tokenizer.encode_batch_fast([self._prompt + text])
        except (UnicodeEncodeError, TypeError) as error:
            raise DataError(
                "the text holds half of a surrogate pair, which is no character: read it with the "
                'right encoding, or drop them by text.encode("utf-8", "ignore").decode()'
            ) from error
        if not encoding.ids:
            raise DataError("the text has no token that the model knows")
        return np.array(encoding.ids, np.int64)


def padded(rows: Sequence[npt.NDArray[np.int64]], padding: int) -> Batch:
    """One batch of several texts: their tokens, and where they are, ``(n, length) int64`` each.

    Example:
        >>> ids, mask = padded([np.array([5, 6, 7]), np.array([8])], 0)
        >>> ids.tolist(), mask.tolist()
        ([[5, 6, 7], [8, 0, 0]], [[1, 1, 1], [1, 0, 0]])
    """
    shape = (len(rows), max(map(len, rows)))
    ids, mask = np.full(shape, padding, np.int64), np.zeros(shape, np.int64)
    for place, row in enumerate(rows):
        ids[place, : len(row)] = row
        mask[place, : len(row)] = 1
    return ids, mask
