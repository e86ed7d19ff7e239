"""``vector_truncate`` keeps the first numbers of vectors."""

from __future__ import annotations

import numpy as np
import pytest

from towhee import DataCollection, ops
from towhee.errors import DataError, UsageError

VECTOR = np.array([0.6, 0.0, 0.8], np.float32)


def test_what_is_left_has_unit_length() -> None:
    made = DataCollection([VECTOR]).vector_truncate(2)[0]
    assert made.dtype == np.float32
    assert made.tolist() == [1.0, 0.0]


def test_the_numbers_stay_as_they_are_if_asked() -> None:
    assert np.array_equal(ops.vector_truncate(2, normalize=False)(VECTOR), VECTOR[:2])


def test_the_cosines_are_those_of_the_cut_vectors() -> None:
    left, right = np.random.default_rng(0).normal(size=(2, 32))
    cosine = left[:8] @ right[:8] / np.linalg.norm(left[:8]) / np.linalg.norm(right[:8])
    first, second = ops.vector_truncate(8).batch([left, right])
    assert float(first @ second) == pytest.approx(cosine, abs=1e-6)


def test_a_shorter_vector_is_refused() -> None:
    with pytest.raises(DataError, match="a vector of 3 numbers cannot be cut to 4"):
        ops.vector_truncate(4)(VECTOR)


def test_zeros_that_are_left_are_refused() -> None:
    with pytest.raises(DataError, match="a vector of zeros"):
        ops.vector_truncate(1)([0.0, 1.0])


@pytest.mark.parametrize("dimension", [0, -1, 1.5, True, "all"])
def test_a_dimension_is_a_whole_number_of_at_least_one(dimension: object) -> None:
    with pytest.raises(UsageError, match="dimension is a whole number of at least 1"):
        ops.vector_truncate(dimension)
