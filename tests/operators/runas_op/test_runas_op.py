"""``runas_op`` makes any function an operator."""

from __future__ import annotations

import pytest

from towhee import DataCollection, dc
from towhee.errors import UsageError


def test_a_function_is_called_on_each_element() -> None:
    assert DataCollection([1, 2]).runas_op(func=lambda x: x + 1).to_list() == [2, 3]


def test_a_function_reads_columns_and_writes_columns() -> None:
    rows = dc["a", "b"]([(7, 2)]).runas_op[("a", "b"), ("q", "r")](func=divmod)
    assert dict(rows[0]) == {"a": 7, "b": 2, "q": 3, "r": 1}


def test_further_arguments_are_passed_on() -> None:
    made = DataCollection(["11"]).runas_op(func=int, kwargs={"base": 2})
    assert made.to_list() == [3]
    assert DataCollection([2]).runas_op(func=pow, args=(3,)).to_list() == [8]


def test_what_cannot_be_called_is_refused() -> None:
    with pytest.raises(UsageError, match="runas_op takes a function, not 5"):
        DataCollection([1]).runas_op(func=5).to_list()
