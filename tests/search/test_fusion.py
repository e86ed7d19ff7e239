"""Rankings are joined by reciprocal ranks."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from towhee.errors import UsageError
from towhee.search.fusion import reciprocal_rank_fusion
from towhee.types import SearchResult

rankings = st.lists(st.lists(st.sampled_from("abcdefgh"), unique=True), max_size=5)


def test_a_hand_worked_example() -> None:
    fused = reciprocal_rank_fusion([["a", "b", "c"], ["c", "a", "d"], ["d", "e"]])
    assert fused == [
        ("a", pytest.approx(1 / 61 + 1 / 62)),
        ("c", pytest.approx(1 / 63 + 1 / 61)),
        ("d", pytest.approx(1 / 63 + 1 / 61)),
        ("b", pytest.approx(1 / 62)),
        ("e", pytest.approx(1 / 62)),
    ]


@settings(max_examples=300, deadline=None)
@given(rankings=rankings, constant=st.integers(0, 100), data=st.data())
def test_scores_are_those_of_exact_fractions(
    rankings: list[list[str]], constant: int, data: st.DataObject
) -> None:
    size = len(rankings)
    weights = data.draw(st.none() | st.lists(st.integers(1, 5), min_size=size, max_size=size))
    exact: dict[str, Fraction] = {}
    for ranking, weight in zip(rankings, weights or [1] * size, strict=True):
        for rank, key in enumerate(ranking, start=1):
            exact[key] = exact.get(key, Fraction(0)) + Fraction(weight, constant + rank)
    fused = reciprocal_rank_fusion(rankings, constant=constant, weights=weights)
    assert dict(fused) == {key: pytest.approx(float(score)) for key, score in exact.items()}
    scores = [score for _, score in fused]
    assert scores == sorted(scores, reverse=True)


@settings(max_examples=300, deadline=None)
@given(rankings=rankings, topk=st.integers(1, 10))
def test_the_first_are_the_first_of_all(rankings: list[list[str]], topk: int) -> None:
    every = reciprocal_rank_fusion(rankings)
    assert reciprocal_rank_fusion(rankings, topk=topk) == every[:topk]


@given(ranking=st.lists(st.sampled_from("abcdefgh"), unique=True), times=st.integers(1, 4))
def test_rankings_that_agree_keep_their_order(ranking: list[str], times: int) -> None:
    fused = reciprocal_rank_fusion([ranking] * times)
    assert [key for key, _ in fused] == ranking


@settings(max_examples=300, deadline=None)
@given(rankings=rankings, data=st.data())
def test_scores_do_not_depend_on_the_order_of_the_rankings(
    rankings: list[list[str]], data: st.DataObject
) -> None:
    permuted = data.draw(st.permutations(rankings))
    assert dict(reciprocal_rank_fusion(rankings)) == dict(reciprocal_rank_fusion(permuted))


def test_of_equal_scores_the_best_rank_comes_first_then_the_earlier_ranking() -> None:
    assert [key for key, _ in reciprocal_rank_fusion([["b", "a"], ["a", "b"]])] == ["b", "a"]
    assert [key for key, _ in reciprocal_rank_fusion([["z"], ["y"], ["x"]])] == ["z", "y", "x"]
    # 1/1 = 1/2 + 1/2: one first rank weighs as much as two second ones.
    fused = reciprocal_rank_fusion([["x", "b"], ["x", "b"], ["a"]], constant=0)
    assert fused == [("x", 2.0), ("a", 1.0), ("b", 1.0)]


def test_a_ranking_counts_by_its_weight() -> None:
    fused = reciprocal_rank_fusion([["a", "b"], ["b", "a"]], weights=[1, 3], constant=1)
    assert fused == [("b", 1 / 3 + 3 / 2), ("a", 1 / 2 + 3 / 3)]


def test_a_key_that_comes_twice_is_counted_where_it_came_first() -> None:
    fused = reciprocal_rank_fusion([["a", "a", "b"]])
    assert fused == [("a", 1 / 61), ("b", 1 / 62)]


def test_results_of_searches_are_joined_by_their_keys() -> None:
    fused = reciprocal_rank_fusion([SearchResult([0, 1], [0.9, 0.8], ["a", "b"]), ["b"]])
    assert [key for key, _ in fused] == ["b", "a"]


def test_nothing_is_joined_to_nothing() -> None:
    assert reciprocal_rank_fusion([]) == []
    assert reciprocal_rank_fusion([[], []]) == []


@pytest.mark.parametrize(
    ("keywords", "message"),
    [
        ({"weights": [1]}, "1 weights were given for 2 rankings"),
        ({"weights": [1, 0]}, r"weights\[1\] is a number above 0, not 0"),
        ({"weights": [math.nan, 1]}, r"weights\[0\] is a number above 0, not nan"),
        ({"weights": [math.inf, 1]}, r"weights\[0\]"),
        ({"weights": ["a", 1]}, r"weights\[0\]"),
        ({"constant": -1}, "constant is a number of at least 0, not -1"),
        ({"constant": math.nan}, "constant is a number"),
        ({"topk": 0}, "topk is a whole number of at least 1, not 0"),
        ({"topk": 1.5}, "topk is a whole number"),
    ],
)
def test_what_cannot_be_meant_is_refused(keywords: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        reciprocal_rank_fusion([["a"], ["b"]], **keywords)


def test_a_text_is_no_ranking() -> None:
    with pytest.raises(UsageError, match=r"rankings\[1\]: a list of keys"):
        reciprocal_rank_fusion([["a"], "b"])
