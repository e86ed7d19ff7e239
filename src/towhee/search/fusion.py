"""One ranking from several."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from typing import TypeVar

from towhee.errors import UsageError
from towhee.search.ranking import Ranking, ranked_keys

Key = TypeVar("Key", bound=Hashable)


def reciprocal_rank_fusion(
    rankings: Sequence[Sequence[Key]] | Sequence[Ranking],
    *,
    weights: Sequence[float] | None = None,
    constant: float = 60,
    topk: int | None = None,
) -> list[tuple[Key, float]]:
    """Joins rankings of different scales, such as those of a vector and of a full-text search.

    A key's score is the sum of ``weight / (constant + rank)`` over the rankings that have it;
    ranks begin at 1, and scores of the searches themselves play no part. Of equal scores, the key
    with the best rank anywhere comes first, and of those with the same, the one of the earlier
    ranking.

    Cormack, Clarke and Büttcher, "Reciprocal Rank Fusion outperforms Condorcet and individual
    Rank Learning Methods", SIGIR 2009, whose constant is 60.

    Args:
        rankings: the keys that each search found, best first, or its ``SearchResult``. A key that
            comes twice in one is counted where it came first.
        weights: how much each ranking counts, above 0; all 1 if not given.
        constant: how little the first ranks stand out, at least 0.
        topk: so many at most; all if not given.

    Returns:
        Keys with their scores, best first.

    Raises:
        UsageError: for weights that are not one a ranking, or a value outside its range.

    Example:
        >>> fused = reciprocal_rank_fusion([["a", "b", "c"], ["c", "a"]])
        >>> [(key, round(score, 5)) for key, score in fused]
        [('a', 0.03252), ('c', 0.03227), ('b', 0.01613)]
    """
    factors = _checked_weights(weights, len(rankings))
    if not (_is_number(constant) and constant >= 0):
        raise UsageError(f"constant is a number of at least 0, not {constant!r}")
    if topk is not None and (not isinstance(topk, int) or topk < 1):
        raise UsageError(f"topk is a whole number of at least 1, not {topk!r}")
    shares: dict[Key, list[float]] = {}
    best: dict[Key, tuple[int, int]] = {}
    for place, (ranking, factor) in enumerate(zip(rankings, factors, strict=True)):
        for rank, key in enumerate(ranked_keys(ranking, f"rankings[{place}]"), start=1):
            shares.setdefault(key, []).append(factor / (constant + rank))
            best[key] = min(best.get(key, (rank, place)), (rank, place))
    # A sum that does not depend on the order, or keys that are equal would seem not to be.
    scores = {key: math.fsum(parts) for key, parts in shares.items()}
    order = sorted(scores, key=lambda key: (-scores[key], best[key]))
    return [(key, scores[key]) for key in order[:topk]]


def _checked_weights(weights: Sequence[float] | None, rankings: int) -> list[float]:
    if weights is None:
        return [1.0] * rankings
    if len(weights) != rankings:
        raise UsageError(f"{len(weights)} weights were given for {rankings} rankings")
    for place, weight in enumerate(weights):
        if not (_is_number(weight) and weight > 0):
            raise UsageError(
                f"weights[{place}] is a number above 0, not {weight!r}; leave out a ranking that "
                "is not to count"
            )
    return [float(weight) for weight in weights]


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
