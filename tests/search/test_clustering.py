"""kmeans finds the clusters that are there, the same each time."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from towhee.errors import UsageError
from towhee.search import kmeans


def blobs(k: int, each: int = 200, dimension: int = 8) -> Any:
    random = np.random.default_rng(4)
    centres = 20 * random.normal(size=(k, dimension))
    labels = np.repeat(np.arange(k), each)
    return (centres[labels] + random.normal(size=(k * each, dimension))).astype(np.float32), labels


@pytest.mark.parametrize("k", [2, 10, 40])
def test_clusters_apart_are_found_whole(k: int) -> None:
    data, truth = blobs(k)
    found = kmeans(data, k)
    pairs = set(zip(found.labels.tolist(), truth.tolist(), strict=True))
    assert len(pairs) == k
    for label in range(k):
        mean = data[found.labels == label].mean(axis=0, dtype=np.float64)
        np.testing.assert_allclose(found.centres[label], mean, atol=1e-3)


def test_inertia_is_the_sum_of_squared_distances() -> None:
    data, _ = blobs(5)
    found = kmeans(data, 7)
    apart = data.astype(np.float64) - found.centres[found.labels].astype(np.float64)
    assert found.inertia == pytest.approx(np.square(apart).sum())


def test_labels_name_the_nearest_centre() -> None:
    data, _ = blobs(5)
    found = kmeans(data, 7)
    distances = np.linalg.norm(data[:, None].astype(np.float64) - found.centres[None], axis=2)
    assert (found.labels == distances.argmin(axis=1)).all()


def test_the_inertia_is_near_that_of_scikit_learn() -> None:
    cluster = pytest.importorskip("sklearn.cluster")
    data = np.random.default_rng(0).normal(size=(3000, 6)).astype(np.float32)
    theirs = cluster.KMeans(12, n_init=1, random_state=0).fit(data).inertia_
    assert kmeans(data, 12).inertia == pytest.approx(theirs, rel=0.05)


def test_a_seed_gives_the_same_clusters() -> None:
    data = np.random.default_rng(0).normal(size=(2000, 6)).astype(np.float32)
    first, second = kmeans(data, 9, seed=3), kmeans(data, 9, seed=3)
    assert (first.labels == second.labels).all()
    assert (first.centres == second.centres).all()


def test_spherical_clusters_do_not_see_length() -> None:
    data, truth = blobs(6)
    scaled = data * np.random.default_rng(1).uniform(0.1, 10, size=(len(data), 1))
    found = kmeans(scaled, 6, metric="cosine")
    assert len(set(zip(found.labels.tolist(), truth.tolist(), strict=True))) == 6
    np.testing.assert_allclose(np.linalg.norm(found.centres, axis=1), 1, atol=1e-5)


def test_copies_and_as_many_clusters_as_vectors_are_no_trouble() -> None:
    assert kmeans(np.ones((20, 3)), 3).inertia == pytest.approx(0, abs=1e-9)
    assert sorted(kmeans(np.eye(4), 4).labels.tolist()) == [0, 1, 2, 3]


@pytest.mark.parametrize("k", [0, 5, 1.5, True])
def test_a_k_out_of_range_is_refused(k: Any) -> None:
    with pytest.raises(UsageError, match="k is from 1 to the number of vectors, 4"):
        kmeans(np.eye(4), k)


def test_inner_products_have_no_clusters() -> None:
    with pytest.raises(UsageError, match='use "L2" or "cosine"'):
        kmeans(np.eye(4), 2, metric="IP")
