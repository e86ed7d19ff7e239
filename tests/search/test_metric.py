"""Metrics have names, and vectors are checked before they are compared."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from towhee.errors import UnknownNameError, UsageError
from towhee.search import metric_named
from towhee.search.metric import as_vectors


@pytest.mark.parametrize(
    ("name", "metric"), [("L2", "L2"), ("l2", "L2"), ("ip", "IP"), ("Cosine", "cosine")]
)
def test_a_metric_is_found_whatever_the_case_of_its_letters(name: str, metric: str) -> None:
    assert metric_named(name) == metric


def test_an_unknown_metric_is_answered_with_the_choices() -> None:
    with pytest.raises(UnknownNameError, match=r"'cosin'; did you mean 'cosine'"):
        metric_named("cosin")


@pytest.mark.parametrize(
    "values",
    [[[1, 2], [3, 4]], np.array([[1, 2], [3, 4]]), [np.array([1.0, 2]), np.array([3.0, 4])]],
)
def test_vectors_become_float32_rows(values: Any) -> None:
    vectors = as_vectors(values, "data")
    assert vectors.dtype == np.float32
    assert vectors.tolist() == [[1, 2], [3, 4]]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([[1.0, 2.0], [1.0]], "data, row 1: a vector of 1 numbers among vectors of 2"),
        (["text"], "data, row 0: a vector of numbers is needed, not str"),
        ([[[1.0]]], "data, row 0: a vector of numbers is needed, not list"),
        ([1.0, 2.0], "data, row 0: a vector of numbers is needed, not float"),
        (np.zeros(3), "data are vectors"),
    ],
)
def test_what_is_no_vector_is_refused_with_its_row(values: Any, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        as_vectors(values, "data")
