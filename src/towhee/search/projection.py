"""Vectors in two or three dimensions, to look at."""

from __future__ import annotations

from typing import Any

import numpy as np

from towhee.errors import MissingExtraError, UsageError
from towhee.search.metric import Vectors, as_vectors, metric_named, unit_length

_LEAST = 4  # vectors; of fewer there is no graph of neighbours to lay out


def umap(
    vectors: Any,
    dimensions: int = 2,
    *,
    neighbours: int = 15,
    min_distance: float = 0.1,
    metric: str = "cosine",
    seed: int = 0,
) -> Vectors:
    """Points for a plot, in which near vectors are near: UMAP (McInnes et al., 2018).

    Distances between far points of such a plot mean nothing. The same seed gives the same points
    on one machine.

    Args:
        vectors: ``(n, d)`` float32, or a sequence of ``n`` vectors.
        dimensions: of the points, mostly 2 or 3.
        neighbours: of each vector that are kept near; more show the whole, fewer the detail.
        min_distance: how close points may lie, 0 to 1.
        metric: ``"cosine"`` or ``"L2"``.
        seed: of the layout.

    Returns:
        The points, ``(n, dimensions) float32``.

    Raises:
        MissingExtraError: without the extra ``umap``.
        UsageError: for too few vectors, ``"IP"``, or a parameter out of range.
        DataError: for NaN, infinity, or a zero vector under cosine.

    Example:
        >>> points = umap(np.random.default_rng(0).normal(size=(50, 8)))  # doctest: +SKIP
        >>> points.shape  # doctest: +SKIP
        (50, 2)
    """
    measure = metric_named(metric)
    if measure == "IP":
        raise UsageError('inner products are no distances; use metric="cosine" or "L2"')
    data = as_vectors(vectors, "data")
    if len(data) < _LEAST:
        raise UsageError(f"umap needs at least {_LEAST} vectors, not {len(data)}")
    for name, value in (("dimensions", dimensions), ("neighbours", neighbours - 1)):
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise UsageError(f"{name} is too small: dimensions begin at 1, neighbours at 2")
    if not 0 <= min_distance <= 1:
        raise UsageError(f"min_distance is from 0 to 1, not {min_distance!r}")
    if measure == "cosine":
        data = unit_length(data, "data")
    try:
        from umap import UMAP
    except ImportError as error:
        raise MissingExtraError("towhee.search.umap", "umap") from error
    layout = UMAP(
        n_components=dimensions,
        n_neighbors=min(neighbours, len(data) - 1),
        min_dist=min_distance,
        metric="cosine" if measure == "cosine" else "euclidean",
        random_state=seed,
        n_jobs=1,  # what a seed asks for
        init="spectral" if len(data) > 2 * dimensions + 2 else "random",
    )
    points: Vectors = np.asarray(layout.fit_transform(data), np.float32)
    return points
