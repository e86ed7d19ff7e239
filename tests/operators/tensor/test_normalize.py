"""``tensor_normalize`` divides by lengths."""

from __future__ import annotations

import numpy as np
import pytest

from towhee import DataCollection, ops
from towhee.errors import DataError
from towhee.operators.tensor.normalize import TensorNormalize


def test_each_vector_has_unit_length() -> None:
    made = DataCollection([np.array([3, 4]), np.array([6, 8])]).tensor_normalize()
    assert [vector.tolist() for vector in made] == [[0.6, 0.8], [0.6, 0.8]]


@pytest.mark.parametrize("axis", [0, 1, -1])
def test_lengths_along_the_axis_of_a_matrix_become_one(axis: int) -> None:
    matrix = np.random.default_rng(0).normal(size=(3, 5)).astype(np.float32)
    made = ops.tensor_normalize(axis=axis)(matrix)
    assert made.dtype == np.float32
    assert np.allclose(np.linalg.norm(made, axis=axis), 1, atol=1e-6)
    assert np.allclose(made, matrix / np.linalg.norm(matrix, axis=axis, keepdims=True), atol=1e-6)


def test_small_integers_do_not_overflow() -> None:
    assert np.allclose(ops.tensor_normalize()(np.array([-128, 0], np.int8)), [-1, 0])


@pytest.mark.parametrize(
    ("array", "why"),
    [([0, 0], "zeros alone"), ([1, np.nan], "NaN"), ([[1, 2], [3]], "differ in length")],
)
def test_what_has_no_length_is_refused(array: object, why: str) -> None:
    with pytest.raises(DataError, match=why):
        ops.tensor_normalize()(array)


def test_a_number_has_no_axis() -> None:
    with pytest.raises(DataError, match="a number has no axis"):
        TensorNormalize()(5)
