"""``rerank.cross_encoder``: texts in the order in which they answer a query."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from towhee.errors import DataError, UsageError
from towhee.models.backends.device import check_device
from towhee.models.known_model import KnownModel
from towhee.models.model_source import model_source
from towhee.operators.base import Operator, short
from towhee.operators.text_embedding.text import as_text
from towhee.operators.topk import check_topk

if TYPE_CHECKING:
    from towhee.models.text.pair_scorer import PairScorer

Ranked = tuple[list[str], list[float]]


class CrossEncoderRerank(Operator[Any, Ranked]):
    """Order the texts that a search has found by how well they answer the query.

    A cross-encoder reads query and text together, which tells more than two vectors do, and costs
    a pass of the model for each text: search with vectors first, and rank the best few dozen.

    Its two inputs are the query and a list of texts; its two outputs the texts, the best first,
    and their scores.

    Args:
        model_name: ``"cross-encoder/ms-marco-MiniLM-L6-v2"``, or any repository of the Hub with
            one label, as sentence-transformers' ``CrossEncoder`` saves it.
        topk: how many texts to keep; all if ``None``.
        min_score: the least score of a text that is kept; all if ``None``. What scores mean
            depends on the model; the default's are above 0 for answers and below for others.
        order: ``"score"``, or ``"given"`` to leave the texts in the order that they have.
        max_tokens: of query and text together, of which the longer is cut; ``None`` for what the
            model reads.
        device: ``"auto"`` for a CUDA GPU if there is one and the CPU otherwise, or ``"cpu"``,
            ``"cuda"``, ``"cuda:1"``, ``"mps"``.
        checkpoint: a folder with such a model, in place of ``model_name``.
        trust_pickle: load weights in the folder that can run code.

    Raises:
        UsageError: for arguments that cannot be, and a device that is not there.
        WeightsError: if files are absent, damaged, pickled, or of another kind of model.

    Example:
        >>> rerank = CrossEncoderRerank(topk=1)
        >>> rerank("what do towhees eat?", ["Seeds and insects.", "They sing."])  # doctest: +SKIP
        (['Seeds and insects.'], [2.1])

    Source: https://sbert.net/docs/cross_encoder/usage/usage.html
    """

    placement = "model"
    extra = "text"
    models = {
        "cross-encoder/ms-marco-MiniLM-L6-v2": KnownModel(license="apache-2.0", megabytes=91),
        "cross-encoder/ms-marco-MiniLM-L12-v2": KnownModel(license="apache-2.0", megabytes=133),
        "BAAI/bge-reranker-base": KnownModel(license="mit", megabytes=1112),
    }

    def __init__(
        self,
        model_name: str = "cross-encoder/ms-marco-MiniLM-L6-v2",
        *,
        topk: int | None = None,
        min_score: float | None = None,
        order: str = "score",
        max_tokens: int | None = None,
        device: str = "auto",
        checkpoint: str | os.PathLike[str] | None = None,
        trust_pickle: bool = False,
    ) -> None:
        if order not in ("score", "given"):
            raise UsageError(f"order is 'score' or 'given', not {order!r}")
        if order == "given" and topk is not None:
            raise UsageError('topk takes the best: order="given" keeps all')
        if max_tokens is not None and (type(max_tokens) is not int or max_tokens < 1):
            raise UsageError(f"max_tokens is at least 1 and a whole number, not {max_tokens!r}")
        check_device(device)
        self.source = model_source(
            model_name, known=self.models, checkpoint=checkpoint, trust_pickle=trust_pickle
        )
        self._topk = None if topk is None else check_topk(topk)
        self._min_score, self._order = min_score, order
        self._max_tokens, self._device = max_tokens, device
        self._scorer: PairScorer | None = None

    def setup(self) -> None:
        """Load the model."""
        from towhee.models.text.pair_scorer import PairScorer
        from towhee.models.transformers.importing import import_transformers

        import_transformers("a cross-encoder", "text")
        self._scorer = PairScorer(self.source, device=self._device, max_tokens=self._max_tokens)

    def __call__(self, query: Any, texts: Any = None) -> Ranked:
        """The texts, the best first, and their scores."""
        self.ensure_setup()
        return self.batch([query], [texts])[0]

    # Not as of one sequence, as there are two inputs.
    def batch(self, values: Sequence[Any], texts: Sequence[Any] = ()) -> list[Ranked]:
        """For each query and its list of texts, the texts and their scores.

        Raises:
            DataError: for a query that is no text, or texts that are no list of them.
        """
        self.ensure_setup()
        assert self._scorer is not None
        if len(texts) != len(values):
            raise DataError("rerank.cross_encoder takes two columns: the query and its texts")
        lists = [_as_texts(each) for each in texts]
        pairs = [
            (as_text(query), text)
            for query, candidates in zip(values, lists, strict=True)
            for text in candidates
        ]
        scores = self._scorer.scores(pairs)
        ends = np.cumsum([len(candidates) for candidates in lists])[:-1]
        return [
            self._ranked(candidates, own.tolist())
            for candidates, own in zip(lists, np.split(scores, ends), strict=True)
        ]

    def _ranked(self, texts: list[str], scores: list[float]) -> Ranked:
        places = list(range(len(texts)))
        if self._order == "score":
            places.sort(key=lambda place: -scores[place])
        if self._min_score is not None:
            places = [place for place in places if scores[place] >= self._min_score]
        places = places[: self._topk]
        return [texts[place] for place in places], [scores[place] for place in places]


def _as_texts(value: Any) -> list[str]:
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise DataError(f"the texts to rank are a list of str, not {short(value)}")
    return [as_text(text) for text in value]
