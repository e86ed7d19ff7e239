"""``Entity`` is a row whose columns are attributes."""

from __future__ import annotations

import copy
import json
import pickle

import pytest

from towhee import Entity
from towhee.errors import UnknownNameError


def test_columns_are_attributes_and_items() -> None:
    row = Entity(path="a.jpg", score=0.5)
    assert row.path == row["path"] == "a.jpg"
    assert dict(row) == {"path": "a.jpg", "score": 0.5}


def test_a_column_can_be_set() -> None:
    row = Entity(a=1)
    row.b = 2
    assert dict(row) == {"a": 1, "b": 2}


def test_an_unknown_column_is_answered_with_the_closest() -> None:
    with pytest.raises(
        UnknownNameError, match="no column is called 'pth'; did you mean 'path'"
    ) as e:
        _ = Entity(path="a.jpg").pth
    assert isinstance(e.value, AttributeError)


def test_hasattr_sees_an_unknown_column_as_absent() -> None:
    assert not hasattr(Entity(a=1), "b")


def test_rows_with_equal_columns_are_equal() -> None:
    assert Entity(a=1) == Entity(a=1)
    assert Entity(a=1) != Entity(a=2)
    assert Entity(a=1) != {"a": 1}


def test_text_of_a_row_is_json() -> None:
    assert json.loads(str(Entity(a=1, b="x"))) == {"a": 1, "b": "x"}


def test_repr_shows_columns_and_values() -> None:
    assert repr(Entity(a=1, b="x")) == "Entity(a=1, b='x')"


@pytest.mark.parametrize("again", [copy.copy, lambda row: pickle.loads(pickle.dumps(row))])
def test_rows_are_copied_and_pickled(again: object) -> None:
    row = Entity(a=1, b=[2])
    assert again(row) == row  # type: ignore[operator]
