"""Neighbours from parts of the vectors are those of all of them."""

from __future__ import annotations

import threading
from typing import Literal

import faiss
import numpy as np
import pytest

from towhee.search import knn as knn_module
from towhee.search.knn import knn


@pytest.mark.parametrize("similarity", ["L2", "IP"])
@pytest.mark.parametrize("queries", [1, 40])
def test_parts_give_what_comparing_with_all_gives(
    monkeypatch: pytest.MonkeyPatch, similarity: Literal["L2", "IP"], queries: int
) -> None:
    monkeypatch.setattr(knn_module, "_WORTH_A_THREAD", 1)
    monkeypatch.setattr(faiss, "omp_get_max_threads", lambda: 3)
    chance = np.random.default_rng(0)
    # Small whole numbers: every sum is exact in float32, whatever its order.
    vectors = chance.integers(-4, 5, (1000, 16)).astype(np.float32)
    asked = chance.integers(-4, 5, (queries, 16)).astype(np.float32)
    costs, places = knn(asked, vectors, 7, similarity)
    if similarity == "L2":
        all_costs = np.square(asked[:, None] - vectors[None]).sum(2)
        wanted = np.sort(all_costs, axis=1)[:, :7]
    else:
        all_costs = asked @ vectors.T
        wanted = -np.sort(-all_costs, axis=1)[:, :7]
    assert np.array_equal(costs, wanted)
    assert np.array_equal(np.take_along_axis(all_costs, places, 1), costs)
    assert all(len(set(row)) == 7 for row in places.tolist())


def test_as_many_neighbours_as_there_are_vectors_are_all_of_them() -> None:
    vectors = np.arange(12, dtype=np.float32).reshape(6, 2)
    _, places = knn(vectors[:1], vectors, 6, "L2")
    assert places.tolist() == [[0, 1, 2, 3, 4, 5]]


def test_no_thread_and_no_setting_is_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(knn_module, "_WORTH_A_THREAD", 1)
    before, threads = faiss.omp_get_max_threads(), threading.active_count()
    vectors = np.random.default_rng(0).normal(size=(500, 8)).astype(np.float32)
    knn(vectors[:1], vectors, 3, "L2")
    knn(vectors[:2], vectors[:4], 3, "IP")
    assert faiss.omp_get_max_threads() == before
    assert threading.active_count() == threads
