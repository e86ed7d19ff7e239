"""Texts to the numbers of their tokens. The only module that imports tokenizers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from towhee.errors import DataError, MissingExtraError, WeightsError
from towhee.models.network import Batch
from towhee.models.text.broken_text import broken_text


class Tokenizer:
    """The tokens that a model takes for a text.

    Args:
        content: of its ``tokenizer.json``.
        named: what messages call it: the file, or the model.
        prompt: what is put in front of every text.
        max_tokens: beyond which a text is cut; ``None`` for no limit.
        cuts_left: whether it is cut at its beginning.
        lower_case: whether texts are put into lower case first.

    Raises:
        MissingExtraError: if tokenizers is not installed.
        WeightsError: if the content is damaged, or makes something else of texts than tokens alone.
    """

    def __init__(
        self,
        content: bytes,
        *,
        named: str,
        prompt: str = "",
        max_tokens: int | None = None,
        cuts_left: bool = False,
        lower_case: bool = False,
    ) -> None:
        made = read_tokenizer(content, named)
        made.no_padding()
        made.no_truncation()
        if max_tokens is not None:
            made.enable_truncation(max_tokens, direction="left" if cuts_left else "right")
        if lower_case:
            from tokenizers import normalizers

            before = [] if made.normalizer is None else [made.normalizer]
            made.normalizer = normalizers.Sequence([normalizers.Lowercase(), *before])
        if any(made.encode("a").type_ids):
            raise WeightsError(f"{named!r} tells parts of a text apart, which towhee does not")
        self._tokenizer = made
        self._prompt = prompt
        self._max_tokens = max_tokens
        self._how = {"prompt": prompt, "max_tokens": max_tokens, "cuts_left": cuts_left}

    @property
    def max_tokens(self) -> int | None:
        """Beyond which a text is cut; ``None`` for no limit."""
        return self._max_tokens

    @property
    def how(self) -> dict[str, Any]:
        """The arguments that make the same of ``as_json``, as plain values."""
        return dict(self._how)

    def as_json(self) -> str:
        """The content of a ``tokenizer.json`` that gives the same tokens."""
        content: str = self._tokenizer.to_str()
        return content

    def ids(self, text: str) -> npt.NDArray[np.int64]:
        """The numbers of the tokens, ``(length,) int64``.

        Raises:
            DataError: for a text that is no Unicode, or of which no token is left.
        """
        try:
            # Of a batch, as only that leaves the interpreter to other threads meanwhile.
            (encoding,) = self._tokenizer.encode_batch_fast([self._prompt + text])
        except (UnicodeEncodeError, TypeError) as error:
            raise broken_text() from error
        if not encoding.ids:
            raise DataError("the text has no token that the model knows")
        return np.array(encoding.ids, np.int64)


# Any: the package has no types.
def read_tokenizer(content: bytes, named: str) -> Any:
    """The tokenizer of the package tokenizers that a ``tokenizer.json`` describes.

    Raises:
        MissingExtraError: if tokenizers is not installed.
        WeightsError: if the content describes none; it is called ``named``.
    """
    try:
        import tokenizers
    except ModuleNotFoundError as error:
        raise MissingExtraError("a model of texts", "text") from error
    try:
        return tokenizers.Tokenizer.from_buffer(content)
    except ValueError as error:
        raise WeightsError(f"{named!r} is no tokenizer, or a damaged one: {error}") from error


def padded(rows: Sequence[npt.NDArray[np.int64]], padding: int, *, at_least: int = 0) -> Batch:
    """One batch of several texts: their tokens, and where they are, ``(n, length) int64`` each.

    Args:
        rows: the tokens of each text.
        padding: the token that fills up the shorter rows.
        at_least: how long the rows are made where none is as long.

    Example:
        >>> ids, mask = padded([np.array([5, 6, 7]), np.array([8])], 0)
        >>> ids.tolist(), mask.tolist()
        ([[5, 6, 7], [8, 0, 0]], [[1, 1, 1], [1, 0, 0]])
    """
    shape = (len(rows), max(at_least, *map(len, rows)))
    ids, mask = np.full(shape, padding, np.int64), np.zeros(shape, np.int64)
    for place, row in enumerate(rows):
        ids[place, : len(row)] = row
        mask[place, : len(row)] = 1
    return ids, mask
