"""Exact search gives what comparing with every vector gives."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from towhee.errors import DataError, UsageError
from towhee.search import ExactSearch, Metric

Matrix = npt.NDArray[np.float64]


def scores_of(data: Any, query: Any, metric: Metric) -> Matrix:
    """Brute force in float64."""
    data, query = np.asarray(data, np.float64), np.asarray(query, np.float64)
    if metric == "L2":
        distances: Matrix = np.linalg.norm(data - query, axis=1)
        return distances
    if metric == "cosine":
        data = data / np.linalg.norm(data, axis=1, keepdims=True)
        query = query / np.linalg.norm(query)
    products: Matrix = data @ query
    return products


def nearest(data: Any, query: Any, metric: Metric) -> list[int]:
    scores = scores_of(data, query, metric)
    return np.argsort(scores if metric == "L2" else -scores, kind="stable").tolist()


numbers = st.floats(-100, 100, width=32).map(lambda x: float(np.float32(round(x, 3))))


@st.composite
def problems(draw: st.DrawFn) -> tuple[Matrix, Matrix, int]:
    dimension = draw(st.integers(1, 6))
    data = draw(arrays(np.float32, (draw(st.integers(1, 40)), dimension), elements=numbers))
    queries = draw(arrays(np.float32, (draw(st.integers(1, 30)), dimension), elements=numbers))
    return data, queries, draw(st.integers(1, 50))


@settings(max_examples=100, deadline=None)
@given(problem=problems())
@pytest.mark.parametrize("metric", ["L2", "IP", "cosine"])
def test_results_are_those_of_brute_force(
    metric: Metric, problem: tuple[Matrix, Matrix, int]
) -> None:
    data, queries, topk = problem
    if metric == "cosine":
        data, queries = data + 200, queries + 200
    results = ExactSearch(data, metric).search(queries, topk)
    assert len(results) == len(queries)
    for query, result in zip(queries, results, strict=True):
        scores = scores_of(data, query, metric)
        best = scores[nearest(data, query, metric)][:topk]
        assert len(set(result.ids)) == len(result) == min(topk, len(data))
        scale = 1e-4 if metric != "cosine" else 1e-6
        np.testing.assert_allclose(scores[result.ids], best, atol=scale, rtol=1e-6)
        np.testing.assert_allclose(result.scores, scores[result.ids], atol=scale, rtol=1e-5)


@pytest.mark.parametrize("queries", [1, 50])
@pytest.mark.parametrize("offset", [0, 1000])
def test_near_neighbours_far_from_the_origin_are_told_apart(queries: int, offset: int) -> None:
    random = np.random.default_rng(7)
    data = (random.normal(size=(2000, 32)) + offset).astype(np.float32)
    asked = (data[:queries] + random.normal(size=(queries, 32)) * 0.1).astype(np.float32)
    found = ExactSearch(data, "L2").search(asked, 10)
    assert [result.ids for result in found] == [nearest(data, q, "L2")[:10] for q in asked]


@pytest.mark.parametrize("queries", [1, 50])
def test_an_exact_copy_is_at_distance_zero(queries: int) -> None:
    data = np.random.default_rng(0).normal(size=(100, 64)).astype(np.float32)
    for place, result in enumerate(ExactSearch(data, "L2").search(data[:queries], 1)):
        assert (result.ids, result.scores) == ([place], [0.0])


@pytest.mark.parametrize("metric", ["L2", "IP", "cosine"])
@pytest.mark.parametrize("queries", [1, 50])
def test_equal_neighbours_come_in_the_order_of_their_positions(
    metric: Metric, queries: int
) -> None:
    data = np.tile(np.array([[1.0, 2.0], [3.0, 1.0]], np.float32), (100, 1))
    asked = np.tile(np.array([[3.0, 1.0]], np.float32), (queries, 1))
    for result in ExactSearch(data, metric).search(asked, 4):
        assert result.ids == [1, 3, 5, 7]


def test_scores_of_l2_are_distances_and_not_their_squares() -> None:
    result = ExactSearch([[3.0, 4.0]], "L2").search([[0.0, 0.0]])[0]
    assert result.scores == [5.0]


def test_cosine_does_not_see_length() -> None:
    data = np.array([[1e-30, 0], [0, 1e30], [1, 1]], np.float32)
    result = ExactSearch(data, "cosine").search([[2e-20, 0.0]])[0]
    assert result.ids == [0, 2, 1]
    np.testing.assert_allclose(result.scores, [1, 0.5**0.5, 0], atol=1e-6)


def test_fewer_are_given_where_there_are_fewer() -> None:
    assert len(ExactSearch(np.eye(3), "IP").search([[1.0, 0, 0]], topk=10)[0]) == 3


def test_an_empty_collection_gives_no_neighbours() -> None:
    results = ExactSearch([], "L2").search([[1.0], [2.0]])
    assert [(result.ids, result.scores, result.keys) for result in results] == [([], [], [])] * 2


def test_no_queries_give_no_results() -> None:
    assert ExactSearch(np.eye(3), "L2").search([]) == []


def test_keys_stand_beside_the_positions() -> None:
    result = ExactSearch(np.eye(2), "IP", keys=["a", "b"]).search([[0.0, 1.0]])[0]
    assert (result.ids, result.keys) == ([1, 0], ["b", "a"])


def test_positions_are_the_keys_where_none_are_given() -> None:
    assert ExactSearch(np.eye(2), "IP").search([[0.0, 1.0]])[0].keys == [1, 0]


def test_too_few_keys_are_refused() -> None:
    with pytest.raises(UsageError, match="1 keys were given for 2 vectors"):
        ExactSearch(np.eye(2), "IP", keys=["a"])


def test_queries_of_another_length_are_refused() -> None:
    with pytest.raises(UsageError, match="queries have 2 numbers and the searched vectors 3"):
        ExactSearch(np.eye(3), "L2").search([[1.0, 2.0]])


@pytest.mark.parametrize("topk", [0, -1, 1.5, "5"])
def test_a_topk_that_is_no_count_is_refused(topk: Any) -> None:
    with pytest.raises(UsageError, match="topk is a whole number of at least 1"):
        ExactSearch(np.eye(3), "L2").search(np.eye(3), topk)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_nan_and_infinity_are_refused_with_their_row(bad: float) -> None:
    with pytest.raises(DataError, match="data, row 1: the vector holds NaN or infinity"):
        ExactSearch([[1.0, 2.0], [bad, 0.0]], "L2")
    with pytest.raises(DataError, match="queries, row 0"):
        ExactSearch(np.eye(2), "L2").search([[bad, 0.0]])


def test_a_zero_vector_has_no_cosine() -> None:
    with pytest.raises(DataError, match="data, row 1: a zero vector has no direction"):
        ExactSearch([[1.0, 2.0], [0.0, 0.0]], "cosine")
    with pytest.raises(DataError, match="queries, row 0: a zero vector"):
        ExactSearch(np.eye(2), "cosine").search([[0.0, 0.0]])


@pytest.mark.parametrize("metric", ["L2", "IP", "cosine"])
def test_more_copies_than_are_proposed_come_in_the_order_of_their_positions(
    metric: Metric,
) -> None:
    vector = np.random.default_rng(1).normal(size=24).astype(np.float32)
    data = np.tile(vector, (12_000, 1))
    data[::2] *= -1
    for queries in (data[1:2], np.tile(vector, (40, 1))):
        for result in ExactSearch(data, metric).search(queries, 7):
            assert result.ids == [1, 3, 5, 7, 9, 11, 13]


@pytest.mark.parametrize("scale", [1e-30, 1e-18, 1e18, 1e30])
@pytest.mark.parametrize("metric", ["L2", "IP", "cosine"])
def test_tiny_and_huge_numbers_have_the_neighbours_that_they_have(
    metric: Metric, scale: float
) -> None:
    random = np.random.default_rng(5)
    data = (random.normal(size=(300, 8)) * scale).astype(np.float32)
    queries = (random.normal(size=(25, 8)) * scale).astype(np.float32)
    found = ExactSearch(data, metric).search(queries, 5)
    assert [result.ids for result in found] == [nearest(data, q, metric)[:5] for q in queries]
    for query, result in zip(queries, found, strict=True):
        wanted = scores_of(data, query, metric)[result.ids]
        np.testing.assert_allclose(result.scores, wanted, rtol=1e-5)


@settings(max_examples=60, deadline=None)
@given(problem=problems(), place=st.integers(0, 39), factor=st.sampled_from([0.5, 1.0, 1.5]))
@pytest.mark.parametrize("metric", ["L2", "IP"])
def test_a_range_holds_what_brute_force_finds_in_it(
    metric: Metric, problem: tuple[Matrix, Matrix, int], place: int, factor: float
) -> None:
    data, queries, _ = problem
    exact = [scores_of(data, query, metric) for query in queries]
    radius = float(exact[0][place % len(data)]) * factor
    slack = 1e-9 * max(1.0, abs(radius))  # where the last bit decides, either is right
    for scores, result in zip(
        exact, ExactSearch(data, metric).range_search(queries, radius), strict=True
    ):
        inside = scores <= radius - slack if metric == "L2" else scores >= radius + slack
        maybe = scores <= radius + slack if metric == "L2" else scores >= radius - slack
        assert set(np.flatnonzero(inside)) <= set(result.ids) <= set(np.flatnonzero(maybe))
        np.testing.assert_allclose(result.scores, scores[result.ids], atol=1e-6, rtol=1e-9)
        in_order = result.scores if metric == "L2" else [-score for score in result.scores]
        assert in_order == sorted(in_order)


def test_a_range_may_reach_over_many_tiles_and_leaves_none_out() -> None:
    data = np.random.default_rng(2).normal(size=(20_000, 4)).astype(np.float32)
    queries = data[:1500]
    found = ExactSearch(data, "L2").range_search(queries, 0.2)
    for query, result in zip(queries[::100], found[::100], strict=True):
        near = np.flatnonzero(scores_of(data, query, "L2") <= 0.2)
        assert sorted(result.ids) == near.tolist()


def test_a_copy_is_within_a_radius_of_zero() -> None:
    data = np.random.default_rng(3).normal(size=(50, 16)).astype(np.float32)
    found = ExactSearch(np.concatenate([data, data]), "L2").range_search(data[:3], 0)
    assert [(result.ids, result.scores) for result in found] == [
        ([place, 50 + place], [0.0, 0.0]) for place in range(3)
    ]


def test_there_may_be_nothing_within_a_radius() -> None:
    found = ExactSearch(np.eye(3), "cosine").range_search([[-1.0, -1, -1]], 0.5)
    assert [len(result) for result in found] == [0]


@pytest.mark.parametrize(
    ("metric", "radius"), [("L2", -1.0), ("L2", np.nan), ("IP", np.inf), ("IP", "1"), ("L2", True)]
)
def test_a_radius_that_means_nothing_is_refused(metric: Metric, radius: Any) -> None:
    with pytest.raises(UsageError, match="a radius is a"):
        ExactSearch(np.eye(3), metric).range_search(np.eye(3), radius)


def test_payload_columns_come_back_with_each_neighbour() -> None:
    payload = {"name": ["a", "b", "c"], "year": [2001, 2002, 2003]}
    index = ExactSearch(np.eye(3), "IP", keys=["x", "y", "z"], payload=payload)
    result = index.search([[0.0, 1.0, 2.0]], topk=2)[0]
    assert result.payload == [{"name": "c", "year": 2003}, {"name": "b", "year": 2002}]
    assert [dict(row) for row in result.entities()] == [
        {"key": "z", "score": 2.0, "name": "c", "year": 2003},
        {"key": "y", "score": 1.0, "name": "b", "year": 2002},
    ]
    assert index.range_search([[0.0, 1.0, 2.0]], 1.5)[0].payload == [{"name": "c", "year": 2003}]


def test_a_payload_column_of_another_length_is_refused() -> None:
    with pytest.raises(UsageError, match="payload column 'name' has 1 values for 2 vectors"):
        ExactSearch(np.eye(2), "IP", payload={"name": ["a"]})


@pytest.mark.parametrize("metric", ["L2", "IP", "cosine"])
def test_vectors_that_change_afterwards_do_not_change_the_results(metric: Metric) -> None:
    data = np.eye(4, dtype=np.float32) + 3
    before = data.copy()
    index = ExactSearch(data, metric)
    np.testing.assert_array_equal(data, before)
    wanted = index.search(before, 2)
    data[:] = 9
    assert index.search(before, 2) == wanted
