"""Measures of searches have the values of their definitions."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, ndcg_score

from towhee.errors import UsageError
from towhee.search.evaluation import (
    evaluate,
    hit_ratio,
    mean_average_precision,
    mean_reciprocal_rank,
    ndcg,
    precision_at_k,
    recall_at_k,
)
from towhee.types import SearchResult

# The first finds three of five relevant keys, at ranks 1, 3, 6; the second two of two, at 2, 5.
FOUND = [["a", "x", "b", "y", "z", "c"], ["x", "p", "y", "z", "q"]]
RELEVANT = [{"a", "b", "c", "d", "e"}, {"p", "q"}]

keys = st.integers(0, 30)
rankings = st.lists(keys, max_size=20)
labels = st.sets(keys, max_size=10) | st.dictionaries(keys, st.integers(0, 3), max_size=10)
queries = st.lists(st.tuples(rankings, labels), min_size=1, max_size=5).filter(
    lambda pairs: any(any(graded(wanted).values()) for _, wanted in pairs)
)


def graded(wanted: Any) -> dict[int, float]:
    return dict(wanted) if isinstance(wanted, dict) else dict.fromkeys(wanted, 1.0)


def evaluate_at(found: Any, relevant: Any, k: Any) -> Any:
    return evaluate(found, relevant, k=(k,))


def test_a_hand_worked_example() -> None:
    assert recall_at_k(FOUND, RELEVANT, 3) == pytest.approx((2 / 5 + 1 / 2) / 2)
    assert precision_at_k(FOUND, RELEVANT, 3) == pytest.approx((2 / 3 + 1 / 3) / 2)
    assert hit_ratio(FOUND, RELEVANT, 1) == 0.5
    assert mean_reciprocal_rank(FOUND, RELEVANT) == pytest.approx((1 + 1 / 2) / 2)
    first, second = (1 + 2 / 3 + 3 / 6) / 5, (1 / 2 + 2 / 5) / 2
    assert mean_average_precision(FOUND, RELEVANT) == pytest.approx((first + second) / 2)
    first, second = (1 + 2 / 3) / 5, (1 / 2) / 2
    assert mean_average_precision(FOUND, RELEVANT, k=3) == pytest.approx((first + second) / 2)


def test_the_example_of_jarvelin_and_kekalainen() -> None:
    """Gains 3, 2, 3, 0, 0, 1, 2, 2, 3, 0 of their section 2, in the best order 3, 3, 3, 2, …."""
    grades = dict(enumerate([3, 2, 3, 0, 0, 1, 2, 2, 3, 0]))
    gained = sum(grade / math.log2(rank + 2) for rank, grade in grades.items())
    best = sum(g / math.log2(rank + 2) for rank, g in enumerate([3, 3, 3, 2, 2, 2, 1]))
    assert ndcg([list(range(10))], [grades]) == pytest.approx(gained / best)


@pytest.mark.parametrize("k", [None, 1, 3, 10, 50])
def test_ndcg_is_that_of_scikit_learn(k: int | None) -> None:
    random = np.random.default_rng(7)
    grades = random.integers(0, 4, (20, 30))
    scores = random.permuted(np.tile(np.arange(30.0), (20, 1)), axis=1)
    found = np.argsort(-scores, axis=1).tolist()
    relevant = [dict(enumerate(row)) for row in grades.tolist()]
    assert ndcg(found, relevant, k) == pytest.approx(ndcg_score(grades, scores, k=k), abs=1e-12)


def test_average_precision_is_that_of_scikit_learn() -> None:
    random = np.random.default_rng(8)
    is_relevant = random.random((20, 40)) < 0.2
    scores = random.random((20, 40))
    found = np.argsort(-scores, axis=1).tolist()
    relevant = [set(np.flatnonzero(row).tolist()) for row in is_relevant]
    expected = [average_precision_score(*pair) for pair in zip(is_relevant, scores, strict=True)]
    assert mean_average_precision(found, relevant) == pytest.approx(np.mean(expected), abs=1e-12)


MEASURES: list[Callable[..., float]] = [
    recall_at_k,
    precision_at_k,
    hit_ratio,
    mean_reciprocal_rank,
    mean_average_precision,
    ndcg,
]


@settings(max_examples=100, deadline=None)
@given(queries=queries, k=st.integers(1, 25))
@pytest.mark.parametrize("measure", MEASURES)
def test_every_measure_lies_between_0_and_1(
    measure: Callable[..., float], queries: list[Any], k: int
) -> None:
    found, relevant = zip(*queries, strict=True)
    assert 0 <= measure(found, relevant, k) <= 1 + 1e-12


@settings(max_examples=100, deadline=None)
@given(queries=queries)
@pytest.mark.parametrize("measure", MEASURES)
def test_the_best_ranking_has_1(measure: Callable[..., float], queries: list[Any]) -> None:
    relevant = [wanted for _, wanted in queries]
    best = [
        [key for key, grade in sorted(graded(wanted).items(), key=lambda p: -p[1]) if grade]
        for wanted in relevant
    ]
    fewest = min(len(found) for found in best if found)
    most = max(map(len, best))
    k = fewest if measure is precision_at_k else most
    assert measure(best, relevant, k) == pytest.approx(1)


@settings(max_examples=100, deadline=None)
@given(queries=queries)
@pytest.mark.parametrize("measure", [recall_at_k, hit_ratio, mean_reciprocal_rank])
def test_looking_further_finds_no_less(measure: Callable[..., float], queries: list[Any]) -> None:
    found, relevant = zip(*queries, strict=True)
    values = [measure(found, relevant, k) for k in range(1, 25)]
    assert values == sorted(values)


@settings(max_examples=100, deadline=None)
@given(queries=queries)
def test_what_is_evaluated_at_once_is_what_the_functions_say(queries: list[Any]) -> None:
    found, relevant = zip(*queries, strict=True)
    measured = evaluate(found, relevant, k=(3, 1))
    expected = {
        f"{name}@{k}": measure(found, relevant, k)
        for name, measure in [
            ("recall", recall_at_k),
            ("precision", precision_at_k),
            ("hit_ratio", hit_ratio),
            ("ndcg", ndcg),
        ]
        for k in (1, 3)
    }
    expected["mrr"] = mean_reciprocal_rank(found, relevant)
    expected["map"] = mean_average_precision(found, relevant)
    counted = sum(any(graded(wanted).values()) for wanted in relevant)
    expected |= {"queries": counted, "left_out": len(queries) - counted}
    assert measured.as_dict() == expected


def test_a_query_without_a_relevant_key_is_left_out_and_told() -> None:
    found = [["a"], ["b"], ["c"]]
    measured = evaluate(found, [{"a"}, set(), {"c": 0}])
    assert (measured.mrr, measured.queries, measured.left_out) == (1.0, 1, 2)
    assert str(measured).endswith("1 queries, 2 without a relevant key left out")


def test_a_query_that_finds_nothing_counts_as_0() -> None:
    assert evaluate([["a"], []], [{"a"}, {"b"}]).recall == {1: 0.5, 5: 0.5, 10: 0.5}


def test_a_key_that_comes_twice_is_counted_once() -> None:
    found = [["a", "a", "a", "b"]]
    assert recall_at_k(found, [{"a", "b"}], 2) == 1.0
    assert precision_at_k(found, [{"a", "b"}], 4) == 0.5
    assert mean_average_precision(found, [{"a", "b"}]) == 1.0


def test_results_of_a_search_are_evaluated_by_their_keys() -> None:
    found = [SearchResult([4, 2], [0.1, 0.2], ["d.jpg", "b.jpg"])]
    assert mean_reciprocal_rank(found, [{"b.jpg"}]) == 0.5


def test_the_table_has_a_row_for_each_k() -> None:
    lines = str(evaluate(FOUND, RELEVANT, k=(1, 100))).splitlines()
    assert lines[0].split() == ["recall", "precision", "hit_ratio", "ndcg"]
    assert [line.split()[0] for line in lines[1:]] == ["@1", "@100", "mrr", "map", "2"]
    assert lines[1].split()[1:] == ["0.1000", "0.5000", "0.5000", "0.5000"]


@pytest.mark.parametrize(
    ("found", "relevant", "k", "message"),
    [
        ([["a"]], [], 1, "results of 1 queries, and relevant keys of 0"),
        ([], [], 1, "none of 0 queries has a relevant key"),
        ([["a"]], [set()], 1, "none of 1 queries has a relevant key"),
        (["abc"], [{"a"}], 1, "results, query 0: a list of keys or a SearchResult is needed, not"),
        ([3], [{"a"}], 1, "results, query 0: a list of keys"),
        ([["a"]], ["a"], 1, "relevant, query 0: a list of keys"),
        ([[["a"]]], [{"a"}], 1, "results, query 0: unhashable type"),
        ([["a"]], [{"a": -1}], 1, "relevant, query 0: a grade is a number of at least 0, not -1"),
        ([["a"]], [{"a": math.nan}], 1, "a grade is a number of at least 0, not nan as that of 'a"),
        ([["a"]], [{"a": "1"}], 1, "a grade is a number"),
        ([["a"]], [{"a"}], 0, "k is a whole number of at least 1, not 0"),
        ([["a"]], [{"a"}], True, "k is a whole number"),
        ([["a"]], [{"a"}], 1.5, "k is a whole number"),
    ],
)
@pytest.mark.parametrize("measure", [*MEASURES, evaluate_at])
def test_what_cannot_be_measured_is_refused(
    measure: Callable[..., Any], found: Any, relevant: Any, k: Any, message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        measure(found, relevant, k)


def test_evaluating_at_no_k_is_refused() -> None:
    with pytest.raises(UsageError, match="k names at least one number"):
        evaluate([["a"]], [{"a"}], k=())
