"""``rerank.search_result``: what a search has found, in the order in which it answers the query."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from towhee.errors import DataError, UnknownNameError
from towhee.operators.base import Operator, short
from towhee.operators.rerank.cross_encoder import CrossEncoderRerank
from towhee.operators.topk import check_topk
from towhee.types import SearchResult


class SearchResultRerank(Operator[Any, SearchResult]):
    """Order the rows that a search of a store has found by how well their texts answer the query.

    Its two inputs are the query and a ``SearchResult`` whose payload has the texts; search for a
    few dozen rows, and keep the best few. Scores become those of the cross-encoder.

    Args:
        column: the payload column with the text.
        topk: how many rows to keep; all if ``None``.
        model_name, max_tokens, device, checkpoint, trust_pickle: as for ``rerank.cross_encoder``.

    Raises:
        UsageError: for arguments that cannot be, and a device that is not there.
        UnknownNameError: if the payload has no such column.
        WeightsError: if files are absent, damaged, pickled, or of another kind of model.

    Example:
        >>> from towhee import dc
        >>> found = dc["question", "vec"]([["what do towhees eat?", [0.1, 0.9]]])
        >>> found = found.search_store["vec", "near"]("lancedb:///texts", topk=30)  # doctest: +SKIP
        >>> found.rerank.search_result[("question", "near"), "best"](topk=3)  # doctest: +SKIP
    """

    placement = "model"
    extra = "text"
    models = CrossEncoderRerank.models

    def __init__(
        self,
        column: str = "text",
        *,
        topk: int | None = None,
        model_name: str = "cross-encoder/ms-marco-MiniLM-L6-v2",
        max_tokens: int | None = None,
        device: str = "auto",
        checkpoint: str | os.PathLike[str] | None = None,
        trust_pickle: bool = False,
    ) -> None:
        self._column = column
        self._topk = None if topk is None else check_topk(topk)
        self._encoder = CrossEncoderRerank(
            model_name,
            order="given",
            max_tokens=max_tokens,
            device=device,
            checkpoint=checkpoint,
            trust_pickle=trust_pickle,
        )

    def setup(self) -> None:
        """Load the model."""
        self._encoder.ensure_setup()

    def __call__(self, query: Any, found: Any = None) -> SearchResult:
        """The rows, the best first."""
        self.ensure_setup()
        return self.batch([query], [found])[0]

    # Not as of one sequence, as there are two inputs.
    def batch(self, values: Sequence[Any], found: Sequence[Any] = ()) -> list[SearchResult]:
        """For each query and what was found for it, the same rows, the best first.

        Raises:
            DataError: for a query that is no text, or what is no ``SearchResult``.
        """
        ranked = self._encoder.batch(values, [self._texts(each) for each in found])
        return [
            self._in_order(result, scores)
            for result, (_, scores) in zip(found, ranked, strict=True)
        ]

    def _texts(self, found: Any) -> list[Any]:
        if not isinstance(found, SearchResult):
            raise DataError(f"a SearchResult is ranked anew, not {short(found)}")
        payload = found.payload or [{}] * len(found)
        for row in payload:
            if self._column not in row:
                raise UnknownNameError("payload column", self._column, row)
        return [row[self._column] for row in payload]

    def _in_order(self, result: SearchResult, scores: Sequence[float]) -> SearchResult:
        places = sorted(range(len(result)), key=lambda place: -scores[place])[: self._topk]
        return SearchResult(
            [result.ids[place] for place in places],
            [scores[place] for place in places],
            [result.keys[place] for place in places],
            [result.payload[place] for place in places],
        )
