"""How near two vectors are, as the search measures it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from towhee import pipe
from towhee.errors import DataError, UnknownNameError
from towhee.functional.operator_handle import ops
from towhee.operators.vector.similarity import VectorSimilarity
from towhee.search import ExactSearch, metric_named


@pytest.mark.parametrize("cal", ["cosine", "IP", "L2"])
def test_it_is_what_the_search_gives(cal: str) -> None:
    one, other = np.random.default_rng(0).normal(size=(2, 5, 16)).astype(np.float32)
    scores = VectorSimilarity(cal=cal).batch(one, other)
    for score, first, second in zip(scores, one, other, strict=True):
        (found,) = ExactSearch([second], metric_named(cal)).search([first], 1)
        assert score == pytest.approx(found.scores[0], abs=1e-6)


def test_a_vector_without_a_direction_is_near_nothing() -> None:
    assert VectorSimilarity()(np.zeros(2), np.ones(2)) == 0


def test_a_pipe_measures_two_columns() -> None:
    measure = pipe.input("a", "b").map(("a", "b"), "s", ops.vector_similarity(cal="L2")).output("s")
    assert measure([0, 0], [3, 4]).get() == [5.0]


@pytest.mark.parametrize(
    ("one", "other", "said"),
    [
        ([1, 2], [1], "vectors of 2 and 1 numbers"),
        ([1, float("nan")], [1, 2], "number 1 of the vector is nan"),
        ([[1]], [1], r"a vector has the shape \(d,\)"),
        ("ab", [1], "a vector is an array of numbers, not 'ab'"),
        (None, [1], "a vector is an array of numbers, not None"),
    ],
    ids=str,
)
def test_what_are_no_two_vectors_is_refused(one: Any, other: Any, said: str) -> None:
    with pytest.raises(DataError, match=said):
        VectorSimilarity()(one, other)


def test_another_measure_is_answered_with_those_that_there_are() -> None:
    with pytest.raises(UnknownNameError, match="there are L2, IP and cosine"):
        VectorSimilarity(cal="hamming")
