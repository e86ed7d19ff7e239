"""Vectors in clusters around centres."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import faiss
import numpy as np
import numpy.typing as npt

from towhee.errors import UsageError
from towhee.search.metric import Vectors, as_vectors, metric_named, row_blocks, unit_length
from towhee.search.range_scan import Costs, pair_costs

_ROUNDS = 25
_SEEDED_FROM = 32  # vectors a centre from which the first centres are drawn
_ROWS = 4096


@dataclass(frozen=True, slots=True)
class Clusters:
    """What ``kmeans`` gives.

    Attributes:
        labels: the number of each vector's centre, ``(n,) int64``.
        centres: ``(k, d) float32``; of length 1 under cosine.
        inertia: the sum of squared distances of all vectors (of length 1 under cosine) to their
            centres.
    """

    labels: npt.NDArray[np.int64]
    centres: Vectors
    inertia: float


def kmeans(vectors: Any, k: int, *, metric: str = "L2", seed: int = 0) -> Clusters:
    """Vectors in ``k`` clusters, each about its mean, by Lloyd's rounds in FAISS.

    The first centres are drawn as k-means++ does (Arthur and Vassilvitskii, 2007); the same seed
    gives the same clusters.

    Args:
        vectors: ``(n, d)`` float32, or a sequence of ``n`` vectors.
        k: the number of clusters, 1 to ``n``.
        metric: ``"L2"``, or ``"cosine"`` for spherical clusters: vectors and centres have
            length 1.
        seed: of the draw.

    Raises:
        UsageError: for a ``k`` out of range, or ``"IP"``, which has no clusters.
        DataError: for NaN, infinity, or a zero vector under cosine.

    Example:
        >>> vectors = np.array([[0.0, 0.0], [0.0, 1.0], [9.0, 9.0], [9.0, 8.0]])
        >>> found = kmeans(vectors, 2)
        >>> bool(found.labels[0] == found.labels[1] != found.labels[2])
        True
        >>> found.inertia
        1.0
    """
    measure = metric_named(metric)
    if measure == "IP":
        raise UsageError('no vector is nearest to its own cluster under IP; use "L2" or "cosine"')
    data = as_vectors(vectors, "data")
    if isinstance(k, bool) or not isinstance(k, int) or not 1 <= k <= len(data):
        raise UsageError(f"k is from 1 to the number of vectors, {len(data)}, not {k!r}")
    if measure == "cosine":
        data = unit_length(data, "data")
    random = np.random.default_rng(seed)
    learning = faiss.Kmeans(
        data.shape[1],
        k,
        niter=_ROUNDS,
        seed=int(random.integers(2**31 - 1)),
        spherical=measure == "cosine",
        min_points_per_centroid=1,
        max_points_per_centroid=max(1, -(-len(data) // k)),  # so that all vectors are used
    )
    learning.train(data, init_centroids=data[_first_centres(data, k, random)])
    centres: Vectors = np.asarray(learning.centroids)
    labels = np.empty(len(data), np.int64)
    inertia = 0.0
    exact = centres.astype(np.float64)
    for block in row_blocks(len(data), _ROWS):
        labels[block] = faiss.knn(data[block], centres, 1)[1][:, 0]
        places = np.arange(block.start, block.stop)
        inertia += float(pair_costs(exact, data, labels[block], places, "L2").sum())
    return Clusters(labels, centres, inertia)


def _first_centres(data: Vectors, k: int, random: np.random.Generator) -> list[int]:
    """Positions of vectors, drawn with the square of their distance to those before.

    Of a few draws the one is taken that leaves the least: otherwise two centres may begin in one
    cluster, from which Lloyd's rounds do not lead out.
    """
    count = min(len(data), max(256, _SEEDED_FROM * k))
    places = random.choice(len(data), count, replace=False)
    sample = data[places].astype(np.float64)
    squares = np.einsum("ij,ij->i", sample, sample)
    chosen = [int(random.integers(count))]
    nearest = _squared_distances(sample, squares, chosen)[0]
    draws = 2 + int(np.log(k))
    while len(chosen) < k:
        nearest[chosen] = 0.0
        total = float(nearest.sum())
        if total > 0:
            drawn = random.choice(count, draws, p=nearest / total)
        else:  # only copies are left
            drawn = random.choice(np.setdiff1d(np.arange(count), chosen), 1)
        left = np.minimum(nearest, _squared_distances(sample, squares, drawn.tolist()))
        best = int(left.sum(axis=1).argmin())
        chosen.append(int(drawn[best]))
        nearest = left[best]
    return [int(places[each]) for each in chosen]


def _squared_distances(sample: Costs, squares: Costs, places: list[int]) -> Costs:
    """Of all vectors to some of them, ``(some, n) float64``."""
    distances: Costs = squares[places][:, None] + squares - 2 * (sample[places] @ sample.T)
    np.maximum(distances, 0.0, out=distances)
    return distances
