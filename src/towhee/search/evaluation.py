"""How well searches find what they should, over queries whose relevant keys are known.

The measures are those of Manning, Raghavan and Schütze, "Introduction to Information Retrieval",
chapter 8 (https://nlp.stanford.edu/IR-book/), with the conventions of TREC's ``trec_eval``:

* A measure is the mean over the queries. One without a relevant key has no recall and is left out;
  one that found nothing counts as 0 (``trec_eval -c``).
* ``precision_at_k`` divides by ``k`` also where fewer than ``k`` keys were found, and average
  precision by the number of all relevant keys, found or not.
* A key that a result holds twice is counted where it came first; those behind it move up.

``results`` are ranked keys, best first, one list a query, or the ``SearchResult`` objects of a
search. ``relevant`` are, in the same order, sets of keys, or mappings from key to grade; what has a
grade above 0 is relevant, and only ``ndcg`` asks how much. The functions raise ``UsageError`` if
the two are not as many, if no query has a relevant key, or for a ``k`` that is no whole number
above 0.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from numbers import Real
from typing import Any, TypeAlias

from towhee.errors import UsageError, one_line
from towhee.search.ranking import Ranking, ranked_keys

Relevant: TypeAlias = Collection[Hashable] | Mapping[Any, float]
_Measure: TypeAlias = Callable[[list[Any], dict[Any, float]], float]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The measures of a search; prints as a table.

    Attributes:
        recall: the share of the relevant keys among the first k, by k; so the next three.
        precision: the share of relevant ones in the first k.
        hit_ratio: the share of queries with a relevant key among the first k.
        ndcg: normalised discounted cumulative gain of the first k.
        mrr: mean reciprocal rank of the first relevant key, over all that was found.
        map: mean average precision, over all that was found.
        queries: the number of queries that were counted.
        left_out: the number of those without a relevant key.
    """

    recall: Mapping[int, float]
    precision: Mapping[int, float]
    hit_ratio: Mapping[int, float]
    ndcg: Mapping[int, float]
    mrr: float
    map: float
    queries: int
    left_out: int

    def as_dict(self) -> dict[str, float]:
        """The measures by name: ``recall@1``, …, ``mrr``, ``map``, ``queries``, ``left_out``."""
        by_k = {
            f"{name}@{k}": value
            for name, values in self._columns().items()
            for k, value in values.items()
        }
        counts = {"queries": self.queries, "left_out": self.left_out}
        return {**by_k, "mrr": self.mrr, "map": self.map, **counts}

    def __str__(self) -> str:
        columns = self._columns()
        first = max(3, *(len(f"@{k}") for k in self.recall))
        lines = [" " * first + "".join(f"  {name:>9}" for name in columns)]
        for k in self.recall:
            numbers = "".join(f"  {values[k]:9.4f}" for values in columns.values())
            lines.append(f"{f'@{k}':<{first}}{numbers}")
        for name, value in (("mrr", self.mrr), ("map", self.map)):
            lines.append(f"{name:<{first}}  {value:9.4f}")
        left_out = f", {self.left_out} without a relevant key left out" if self.left_out else ""
        return "\n".join([*lines, f"{self.queries} queries{left_out}"])

    def _columns(self) -> dict[str, Mapping[int, float]]:
        return {
            "recall": self.recall,
            "precision": self.precision,
            "hit_ratio": self.hit_ratio,
            "ndcg": self.ndcg,
        }


def evaluate(
    results: Sequence[Ranking],
    relevant: Sequence[Relevant],
    k: int | Sequence[int] = (1, 5, 10),
) -> Evaluation:
    """All measures at once.

    Args:
        results: ranked keys, one list a query.
        relevant: the relevant keys of the same queries, or their grades by key.
        k: how many of the first keys to look at. ``mrr`` and ``map`` look at all.

    Example:
        >>> print(evaluate([["a", "b"], ["x", "c"]], [{"a"}, {"c", "d"}], k=(1, 2)))
                recall  precision  hit_ratio       ndcg
        @1      0.5000     0.5000     0.5000     0.5000
        @2      0.7500     0.5000     1.0000     0.6934
        mrr     0.7500
        map     0.6250
        2 queries
    """
    ks = sorted({_checked_k(each) for each in ([k] if isinstance(k, int) else k)})
    if not ks:
        raise UsageError("k names at least one number of keys, such as (1, 5, 10)")
    labelled = _labelled(results, relevant)

    def by_k(measure: Callable[[int], _Measure]) -> dict[int, float]:
        return {each: _mean(labelled, measure(each)) for each in ks}

    return Evaluation(
        recall=by_k(_recall),
        precision=by_k(_precision),
        hit_ratio=by_k(_hit),
        ndcg=by_k(_ndcg),
        mrr=_mean(labelled, _reciprocal_rank(None)),
        map=_mean(labelled, _average_precision(None)),
        queries=len(labelled),
        left_out=len(results) - len(labelled),
    )


def recall_at_k(results: Sequence[Ranking], relevant: Sequence[Relevant], k: int) -> float:
    """The share of a query's relevant keys that are among its first ``k``, in the mean.

    Example:
        >>> recall_at_k([["a", "b", "c"]], [{"a", "c", "d", "e"}], k=3)
        0.5
    """
    return _mean(_labelled(results, relevant), _recall(_checked_k(k)))


def precision_at_k(results: Sequence[Ranking], relevant: Sequence[Relevant], k: int) -> float:
    """The share of the first ``k`` keys that are relevant, in the mean.

    Example:
        >>> precision_at_k([["a", "b", "c"]], [{"a", "c"}], k=4)
        0.5
    """
    return _mean(_labelled(results, relevant), _precision(_checked_k(k)))


def hit_ratio(results: Sequence[Ranking], relevant: Sequence[Relevant], k: int) -> float:
    """The share of queries with at least one relevant key among the first ``k``.

    Example:
        >>> hit_ratio([["a", "b"], ["c", "d"]], [{"b"}, {"e"}], k=2)
        0.5
    """
    return _mean(_labelled(results, relevant), _hit(_checked_k(k)))


def mean_reciprocal_rank(
    results: Sequence[Ranking], relevant: Sequence[Relevant], k: int | None = None
) -> float:
    """One over the rank of the first relevant key, 0 if there is none; in the mean.

    Args:
        results: ranked keys, one list a query.
        relevant: the relevant keys of the same queries.
        k: look at so many; at all if not given.

    Example:
        >>> mean_reciprocal_rank([["a", "b"], ["c", "d"]], [{"a"}, {"d"}])
        0.75
    """
    return _mean(_labelled(results, relevant), _reciprocal_rank(_optional_k(k)))


def mean_average_precision(
    results: Sequence[Ranking], relevant: Sequence[Relevant], k: int | None = None
) -> float:
    """The precision at the rank of each relevant key, 0 for one not found; in the mean of means.

    Args:
        results: ranked keys, one list a query.
        relevant: the relevant keys of the same queries.
        k: look at so many; at all if not given. The means are over all relevant keys even so.

    Example:
        >>> mean_average_precision([["a", "x", "b", "y"]], [{"a", "b"}])
        0.8333333333333333
    """
    return _mean(_labelled(results, relevant), _average_precision(_optional_k(k)))


def ndcg(results: Sequence[Ranking], relevant: Sequence[Relevant], k: int | None = None) -> float:
    """Normalised discounted cumulative gain: the grades found, those further down counting less.

    The gain of a key is its grade (1 for those of a set) over ``log2(1 + rank)``; their sum is
    divided by that of the best possible ranking.

    Järvelin and Kekäläinen, "Cumulated gain-based evaluation of IR techniques", ACM TOIS 20(4),
    2002, with the discount of ``trec_eval`` and scikit-learn, which begins at the second rank.

    Args:
        results: ranked keys, one list a query.
        relevant: the relevant keys of the same queries, or their grades by key, at least 0.
        k: look at so many; at all if not given.

    Example:
        >>> round(ndcg([["b", "a"]], [{"a": 3, "b": 1}]), 4)
        0.7967
    """
    return _mean(_labelled(results, relevant), _ndcg(_optional_k(k)))


def _recall(k: int) -> _Measure:
    return lambda found, grades: _hits(found[:k], grades) / len(grades)


def _precision(k: int) -> _Measure:
    return lambda found, grades: _hits(found[:k], grades) / k


def _hit(k: int) -> _Measure:
    return lambda found, grades: float(_hits(found[:k], grades) > 0)


def _reciprocal_rank(k: int | None) -> _Measure:
    return lambda found, grades: next(
        (1 / rank for rank, key in enumerate(found[:k], start=1) if key in grades), 0.0
    )


def _average_precision(k: int | None) -> _Measure:
    def average(found: list[Any], grades: dict[Any, float]) -> float:
        ranks = [rank for rank, key in enumerate(found[:k], start=1) if key in grades]
        precisions = [hits / rank for hits, rank in enumerate(ranks, start=1)]
        return math.fsum(precisions) / len(grades)

    return average


def _ndcg(k: int | None) -> _Measure:
    def gain(grades: list[float]) -> float:
        return math.fsum(grade / math.log2(1 + rank) for rank, grade in enumerate(grades, start=1))

    return lambda found, grades: (
        gain([grades.get(key, 0.0) for key in found[:k]])
        / gain(sorted(grades.values(), reverse=True)[:k])
    )


def _hits(found: list[Any], grades: dict[Any, float]) -> int:
    return sum(key in grades for key in found)


def _mean(labelled: list[tuple[list[Any], dict[Any, float]]], measure: _Measure) -> float:
    return math.fsum(measure(found, grades) for found, grades in labelled) / len(labelled)


def _labelled(
    results: Sequence[Ranking], relevant: Sequence[Relevant]
) -> list[tuple[list[Any], dict[Any, float]]]:
    """What was found and the grades of what is relevant, for queries with something relevant."""
    if len(results) != len(relevant):
        raise UsageError(
            f"there are results of {len(results)} queries, and relevant keys of {len(relevant)}"
        )
    labelled = [
        (ranked_keys(found, f"results, query {place}"), _grades(wanted, f"relevant, query {place}"))
        for place, (found, wanted) in enumerate(zip(results, relevant, strict=True))
    ]
    counted = [(found, grades) for found, grades in labelled if grades]
    if not counted:
        raise UsageError(f"none of {len(results)} queries has a relevant key; nothing to measure")
    return counted


def _grades(wanted: Relevant, what: str) -> dict[Any, float]:
    """The relevant keys with their grades; those of grade 0 are left out."""
    if not isinstance(wanted, Mapping):
        return dict.fromkeys(ranked_keys(wanted, what), 1.0)
    for key, grade in wanted.items():
        if not isinstance(grade, Real) or not 0 <= float(grade) < math.inf:
            raise UsageError(
                f"{what}: a grade is a number of at least 0, not {grade!r} as that of "
                f"{one_line(repr(key), 60)}"
            )
    return {key: float(grade) for key, grade in wanted.items() if grade}


def _checked_k(k: int) -> int:
    if isinstance(k, int) and not isinstance(k, bool) and k >= 1:
        return k
    raise UsageError(f"k is a whole number of at least 1, not {k!r}")


def _optional_k(k: int | None) -> int | None:
    return None if k is None else _checked_k(k)
