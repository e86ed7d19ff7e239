"""``tensor_reshape`` gives an array another shape."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from towhee import DataCollection, dc
from towhee.errors import DataError, OperatorError, UsageError
from towhee.operators.tensor.reshape import TensorReshape


def test_each_array_gets_the_shape() -> None:
    made = DataCollection([np.arange(4)]).tensor_reshape(shape=[2, -1])
    assert made[0].tolist() == [[0, 1], [2, 3]]


def test_the_column_read_is_left_as_it_was() -> None:
    row = dc["a"]([np.arange(4)]).tensor_reshape["a", "b"](shape=(2, 2))[0]
    assert row.a.shape == (4,)
    assert row.b.shape == (2, 2)


def test_an_array_with_another_number_of_elements_names_row_and_operator() -> None:
    with pytest.raises(OperatorError, match=r"row 1: tensor_reshape\(shape=\(2, 2\)\)"):
        DataCollection([np.arange(4), np.arange(5)]).tensor_reshape(shape=(2, 2)).to_list()


@pytest.mark.parametrize("shape", [5, "33", [None], {"a": 1}, (2.0,)])
def test_what_is_no_shape_is_refused(shape: Any) -> None:
    with pytest.raises(UsageError, match="shape is a list of whole numbers"):
        TensorReshape(shape)


@pytest.mark.parametrize("value", [None, "text", [[1], [2, 3]]])
def test_what_is_no_array_is_refused(value: Any) -> None:
    with pytest.raises(DataError):
        TensorReshape((1,))(value)
