"""``DataFrame``: rows as entities, and the verbs that rearrange them."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from towhee import DataCollection, DataFrame, Entity, dc
from towhee.errors import OperatorError, UnknownNameError, UsageError


def rows() -> DataFrame:
    return dc["a", "b"]([(1, ""), (2, "x")])


@dataclass
class Point:
    x: int
    y: int


def test_mappings_become_entities() -> None:
    made = DataCollection([{"a": 1, "b": 2}]).as_entity()
    assert isinstance(made, DataFrame)
    assert made[0].b == 2


def test_dataclasses_become_entities() -> None:
    assert DataCollection([Point(1, 2)]).as_entity().to_list() == [Entity(x=1, y=2)]


def test_tuples_become_entities_under_a_schema() -> None:
    assert DataFrame([(1, 2)]).as_entity(schema=["a", "b"]).to_list() == [Entity(a=1, b=2)]


def test_a_single_value_becomes_an_entity_under_a_schema() -> None:
    assert DataFrame([1, 2]).as_entity(schema=["a"]).to_list() == [Entity(a=1), Entity(a=2)]


def test_a_value_without_columns_says_how_to_name_one() -> None:
    with pytest.raises(OperatorError, match=r"5 has no named columns; name it at the source"):
        DataCollection([5]).as_entity().to_list()


def test_json_texts_become_entities() -> None:
    made = DataCollection(['{"a": 1}', '{"a": 2, "b": [3]}']).parse_json()
    assert made.to_list() == [Entity(a=1), Entity(a=2, b=[3])]


def test_a_text_that_is_no_json_names_its_row() -> None:
    with pytest.raises(OperatorError, match=r"row 1: map\(loads\) raised JSONDecodeError"):
        DataCollection(["{}", "{"]).parse_json().to_list()


def test_entities_become_json() -> None:
    made = dc["a", "vec"]([(1, np.array([1.0, 2.0])), (np.int64(2), None)]).as_json()
    assert [json.loads(text) for text in made] == [
        {"a": 1, "vec": [1.0, 2.0]},
        {"a": 2, "vec": None},
    ]


def test_what_json_cannot_say_names_its_row() -> None:
    with pytest.raises(OperatorError, match="cannot be written as JSON"):
        dc["a"]([b"bytes"]).as_json().to_list()


def test_as_raw_gives_tuples_and_bare_values_of_one_column() -> None:
    assert rows().as_raw().to_list() == [(1, ""), (2, "x")]
    assert rows().select["b"]().as_raw().to_list() == ["", "x"]


def test_select_keeps_columns_in_the_order_asked_for() -> None:
    assert rows().select["b", "a"]().as_raw().to_list() == [("", 1), ("x", 2)]
    assert rows().select("b", "a").as_raw().to_list() == [("", 1), ("x", 2)]


def test_select_refuses_a_column_that_is_not_there() -> None:
    with pytest.raises(UnknownNameError, match="no column is called 'aa'; did you mean 'a'"):
        rows().select["aa"]()
    with pytest.raises(UsageError, match="name the columns"):
        rows().select()


def test_fill_entity_gives_what_a_row_lacks() -> None:
    made = DataCollection([{"a": 1}, {"a": None, "b": 2}]).as_entity()
    filled = made.fill_entity(a=0, b=9)
    assert filled.to_list() == [Entity(a=1, b=9), Entity(a=0, b=2)]
    assert made.fill_entity({"c": 3})[0] == Entity(a=1, c=3)
    with pytest.raises(UsageError, match="fill_entity needs defaults"):
        made.fill_entity()


def test_replace_swaps_values_of_columns() -> None:
    made = rows().replace(b={"": "none"}, a={1: 10})
    assert made.as_raw().to_list() == [(10, "none"), (2, "x")]


def test_replace_leaves_values_without_a_hash() -> None:
    assert dc["a"]([[1], 2]).replace(a={2: 3}).as_raw().to_list() == [[1], 3]


def test_replace_refuses_what_is_no_mapping_and_unknown_columns() -> None:
    with pytest.raises(UsageError, match="takes a dict, not 'x'"):
        rows().replace(a="x")  # type: ignore[arg-type]
    with pytest.raises(UnknownNameError, match="'c'"):
        rows().replace(c={})


def test_dropna_leaves_out_rows_with_an_empty_column() -> None:
    made = dc["a", "b"]([(1, ""), (2, "x"), (3, None), (4, math.nan), (5, [1]), (6, np.ones(2))])
    assert [row.a for row in made.dropna()] == [2, 5, 6]
    assert [row.a for row in rows().dropna(na={"x"})] == [1]


def test_rename_gives_columns_other_names() -> None:
    assert rows().rename(column={"b": "c"})[1] == Entity(a=2, c="x")
    with pytest.raises(UnknownNameError, match="no column is called 'z'"):
        rows().rename(column={"z": "c"})


def test_drop_leaves_out_columns() -> None:
    assert rows().drop("b")[0] == Entity(a=1)
    with pytest.raises(UnknownNameError, match="'bb'; did you mean 'b'"):
        rows().drop("bb")


def test_df_is_a_pandas_frame() -> None:
    frame = rows().df
    assert list(frame.columns) == ["a", "b"]
    assert frame["a"].tolist() == [1, 2]


verbs: dict[str, Callable[[Any], Any]] = {
    "select": lambda c: c.select["a"](),
    "as_raw": lambda c: c.as_raw(),
    "as_json": lambda c: c.as_json(),
    "fill_entity": lambda c: c.fill_entity(c=1),
    "replace": lambda c: c.replace(a={1: 2}),
    "dropna": lambda c: c.dropna(),
    "rename": lambda c: c.rename({"a": "c"}),
}


@pytest.mark.parametrize("verb", verbs.values(), ids=verbs)
def test_a_collection_of_entities_has_the_verbs_too(verb: Callable[[Any], Any]) -> None:
    expected = verb(rows()).to_list()
    entities = rows().to_list()
    assert verb(DataCollection(entities)).to_list() == expected
    assert verb(DataFrame(entities)).to_list() == expected
    assert verb(DataCollection([1, 2]).map(lambda n: entities[n - 1])).to_list() == expected
