"""``vector_normalize`` keeps the direction of a vector and gives it unit length."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from towhee import DataCollection, dc, ops
from towhee.errors import DataError, OperatorError, UsageError

FINITE = arrays(
    np.float32,
    st.integers(1, 20),
    elements=st.floats(width=32, allow_nan=False, allow_infinity=False),
).filter(np.any)
ORDER = {"L2": 2, "L1": 1, "max": np.inf}


@pytest.mark.parametrize("norm", ORDER)
def test_the_norm_is_that_of_numpy(norm: str) -> None:
    vector = np.random.default_rng(0).normal(size=16)
    expected = vector / np.linalg.norm(vector, ORDER[norm])
    assert np.allclose(ops.vector_normalize(norm)(vector), expected, atol=1e-7)


@given(vector=FINITE, norm=st.sampled_from(sorted(ORDER)))
def test_vectors_of_every_length_come_to_a_norm_of_one(
    vector: np.ndarray[tuple[int], np.dtype[np.float32]], norm: str
) -> None:
    made = ops.vector_normalize(norm)(vector)
    assert made.dtype == np.float32
    assert np.linalg.norm(made.astype(np.float64), ORDER[norm]) == pytest.approx(1, abs=1e-6)
    assert np.array_equal(np.sign(made)[made != 0], np.sign(vector)[made != 0])


def test_a_column_is_normalised_into_another() -> None:
    row = dc["a"]([[3, 4]]).vector_normalize["a", "b"]()[0]
    assert (row.a, row.b.tolist()) == ([3, 4], np.float32([0.6, 0.8]).tolist())


@pytest.mark.parametrize(
    ("value", "why"),
    [
        (np.zeros(3), "a vector of zeros has no direction"),
        ([1.0, np.nan], "number 1 of the vector is nan"),
        ([np.inf], "number 0 of the vector is inf"),
        ([], r"shape \(d,\) with d of at least 1, not \(0,\)"),
        (np.eye(2), r"not \(2, 2\)"),
        (3.0, r"not \(\)"),
        ([[1.0], [1.0, 2.0]], "is no vector"),
        ("cat", "an array of numbers, not 'cat'"),
        ([True, False], "an array of numbers"),
        (None, "an array of numbers, not None"),
    ],
)
def test_what_is_no_vector_is_refused(value: object, why: str) -> None:
    with pytest.raises(DataError, match=why):
        ops.vector_normalize()(value)


def test_a_zero_vector_in_a_chain_names_its_row() -> None:
    rows = DataCollection([np.ones(2), np.zeros(2)])
    with pytest.raises(OperatorError, match=r"row 1: vector_normalize\(\) raised DataError"):
        rows.vector_normalize().to_list()


def test_a_norm_that_there_is_not_is_refused_when_the_chain_is_built() -> None:
    with pytest.raises(UsageError, match="norm is one of L2, L1, max, not 'l3'"):
        DataCollection([[1.0]]).vector_normalize("l3")
