"""``text_splitter``: a long text to pieces that a model can read."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from towhee.errors import UsageError
from towhee.models.text.broken_text import broken_text
from towhee.models.text.known_models import DEFAULT_MODEL
from towhee.models.text.spec import sentence_spec
from towhee.operators.base import Operator
from towhee.operators.text_embedding.text import as_text
from towhee.operators.text_splitter.packing import Span, packed, passages
from towhee.operators.text_splitter.units import section_starts, sentence_starts, token_starts

if TYPE_CHECKING:
    from tokenizers import Tokenizer

_USUAL_SIZES = {"passages": 300, "characters": 300, "tokens": 256, "sentences": 5, "markdown": 1}


class TextSplitter(Operator[str, list[str]]):
    """Cut a text into pieces, none of which loses a character.

    Every piece but the first begins with the end of the piece in front of it, ``overlap`` long;
    without that, the pieces put together are the text. Give it to ``flat_map`` for a row a piece.

    Args:
        by: what ``chunk_size`` and ``overlap`` count, and where a text is cut:
            ``"passages"`` counts characters, and cuts between paragraphs if it can, else between
            lines, sentences or words; ``"characters"`` cuts anywhere; ``"tokens"`` counts those
            of a model, as of the whole text; ``"sentences"`` counts sentences; ``"markdown"``
            counts sections, each a heading with what is below it.
        chunk_size: the most that a piece holds, which all but the last do hold except with
            ``"passages"``; ``None`` for 300 characters, 256 tokens, 5 sentences, 1 section.
        overlap: how much of the end of a piece the next one repeats; below ``chunk_size``.
        model_name: for ``"tokens"``, whose; any repository of the Hub with a ``tokenizer.json``.
        checkpoint: a folder with a ``tokenizer.json``, in place of ``model_name``.

    Raises:
        UsageError: for arguments that cannot be.
        WeightsError: if the tokenizer cannot be had, or is damaged.

    Example:
        >>> split = TextSplitter(chunk_size=20)
        >>> split("A towhee is a bird. It scratches among leaves.")
        ['A towhee is a bird. ', 'It scratches among ', 'leaves.']
    """

    extra = "text"

    def __init__(
        self,
        by: str = "passages",
        *,
        chunk_size: int | None = None,
        overlap: int = 0,
        model_name: str = DEFAULT_MODEL,
        checkpoint: str | os.PathLike[str] | None = None,
    ) -> None:
        if by not in _USUAL_SIZES:
            raise UsageError(f"a text is split by {', '.join(_USUAL_SIZES)}, not by {by!r}")
        size = _USUAL_SIZES[by] if chunk_size is None else chunk_size
        if not isinstance(size, int) or size < 1:
            raise UsageError(f"chunk_size is a whole number of at least 1, not {chunk_size!r}")
        if not isinstance(overlap, int) or not 0 <= overlap < size:
            raise UsageError(
                f"overlap is a whole number from 0 and below chunk_size ({size}), not {overlap!r}"
            )
        self._by, self._size, self._overlap = by, size, overlap
        self._spec = sentence_spec(model_name, checkpoint=checkpoint)
        self._tokenizer: Tokenizer | None = None

    def setup(self) -> None:
        """Read the tokenizer, where tokens are counted."""
        if self._by != "tokens":
            return
        from towhee.models.text.layout import TOKENIZER_FILE
        from towhee.models.text.tokens import read_tokenizer

        file = self._spec.files.needed(TOKENIZER_FILE)
        self._tokenizer = read_tokenizer(file.read_bytes(), str(file))
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()

    def batch(self, values: Sequence[Any]) -> list[list[str]]:
        """For each text its pieces, none for an empty one.

        Raises:
            DataError: for what is no text.
        """
        self.ensure_setup()
        return [
            [text[start:end] for start, end in self._spans(text)] for text in map(as_text, values)
        ]

    def _spans(self, text: str) -> list[Span]:
        if not text:
            return []
        if self._by == "passages":
            return passages(text, self._size, self._overlap)
        starts, sizes = self._units(text)
        ends = [*starts[1:], len(text)]
        runs = packed(sizes, self._size, self._overlap)
        return [(starts[first], ends[last - 1]) for first, last in runs]

    def _units(self, text: str) -> tuple[Sequence[int], Sequence[int]]:
        """Where the units begin that are counted, and how many each of them counts for."""
        if self._by == "tokens":
            return token_starts(self._offsets(text), text)
        if self._by == "characters":
            return range(len(text)), [1] * len(text)
        starts = sentence_starts(text) if self._by == "sentences" else section_starts(text)
        return starts, [1] * len(starts)

    def _offsets(self, text: str) -> list[tuple[int, int]]:
        assert self._tokenizer is not None
        try:
            encoding = self._tokenizer.encode(text, add_special_tokens=False)
        except (UnicodeEncodeError, TypeError) as error:
            raise broken_text() from error
        offsets: list[tuple[int, int]] = encoding.offsets
        return offsets
