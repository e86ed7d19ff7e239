"""A chain becomes a function; ``ops`` and the package's names stand on their own."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

import towhee
from towhee import DataCollection, ops
from towhee.errors import OperatorError, UnknownNameError, UsageError


def test_a_chain_becomes_a_function_of_the_bare_argument() -> None:
    with towhee.api() as api:
        shout = api.map(str.upper).map(lambda text: text + "!").as_function()
    assert shout("a") == "A!"
    assert shout.batch(["a", "b"]) == ["A!", "B!"]


def test_a_chain_becomes_a_function_of_a_named_argument() -> None:
    with towhee.api["x"]() as api:
        add = (
            api.runas_op["x", "y"](func=lambda x: x + 1)
            .runas_op[("x", "y"), "z"](func=lambda x, y: (x, y))
            .select["z"]()
            .as_raw()
            .as_function()
        )
    assert add(1) == (1, 2)
    assert add.batch([1, 5]) == [(1, 2), (5, 6)]


def test_a_function_may_take_json() -> None:
    with towhee.api() as api:
        length = api.parse_json().runas_op["x", "n"](func=len).select["n"]().as_json()
        function = length.as_function()
    assert function('{"x": "abc"}') == '{"n": 3}'


def test_a_function_names_the_operator_that_failed() -> None:
    with towhee.api() as api:
        inverse = api.map(lambda x: 1 / x).as_function()
    with pytest.raises(OperatorError, match=r"map\(<lambda>\) raised ZeroDivisionError"):
        inverse(0)


def test_a_function_of_two_arguments_is_refused() -> None:
    with pytest.raises(UsageError, match="takes one argument"):
        _ = towhee.api["x", "y"]  # type: ignore[index]


def test_an_operator_stands_alone() -> None:
    reshape = ops.tensor_reshape(shape=(2, 2))
    assert reshape(np.arange(4)).tolist() == [[0, 1], [2, 3]]
    assert [array.tolist() for array in reshape.batch([np.arange(4)])] == [[[0, 1], [2, 3]]]
    assert repr(reshape) == "ops.tensor_reshape(shape=(2, 2))"


def test_an_operator_that_stands_alone_can_be_chained_and_pickled() -> None:
    reshape = pickle.loads(pickle.dumps(ops.tensor_reshape(shape=(1, 2))))
    assert DataCollection([np.arange(2)]).map(reshape)[0].tolist() == [[0, 1]]


def test_an_unknown_operator_is_answered_with_the_closest() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'image_decode'"):
        _ = ops.image_decod


def test_every_public_name_can_be_imported() -> None:
    for name in towhee.__all__:
        assert getattr(towhee, name) is not None
    assert set(towhee.__all__) <= set(dir(towhee))


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'no_such_name'"):
        _ = towhee.no_such_name
