"""umap lays out vectors so that neighbours stay neighbours."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import pytest

from towhee.errors import MissingExtraError, UsageError
from towhee.search import umap


@pytest.mark.filterwarnings("ignore")  # of numba and umap themselves
def test_clusters_stay_together_and_a_seed_gives_the_same_points() -> None:
    pytest.importorskip("umap")
    random = np.random.default_rng(0)
    labels = np.repeat(np.arange(3), 40)
    data = 10 * np.eye(3, 16)[labels] + random.normal(size=(120, 16))
    points = umap(data, metric="L2")
    assert (points.shape, points.dtype) == ((120, 2), np.float32)
    distances = np.linalg.norm(points[:, None] - points[None], axis=2)
    np.fill_diagonal(distances, np.inf)
    assert (labels[distances.argmin(axis=1)] == labels).all()
    np.testing.assert_array_equal(points, umap(data, metric="L2"))


def test_without_its_package_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "umap", None)
    with pytest.raises(MissingExtraError, match=r'pip install "towhee\[umap\]"'):
        umap(np.eye(10))


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"vectors": np.eye(3)}, "at least 4 vectors, not 3"),
        ({"metric": "IP"}, "no distances"),
        ({"dimensions": 0}, "dimensions is too small"),
        ({"neighbours": 1}, "neighbours is too small"),
        ({"min_distance": 2}, "min_distance is from 0 to 1"),
    ],
)
def test_calls_that_mean_nothing_are_refused(given: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        umap(**{"vectors": np.eye(10), **given})
