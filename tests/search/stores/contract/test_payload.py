"""Payload values come back as they were given, whatever their type."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import numpy as np
import pytest

from store_gallery import FIELDS, Gallery, NewStore, random_vectors
from towhee.errors import DataError, UnknownNameError

UTC = timezone.utc
VALUES: dict[str, list[Any]] = {
    "string": [
        "",
        "plain",
        "  spaces  ",
        "tab\tline\nreturn\r\n",
        "quotes ' \" ` and \\ back",
        "été, 日本語, 🐦, e\u0301",
        "null",
        "{}",
        "%_*?[a]",
        "a" * 5000,
    ],
    "integer": [0, 1, -1, 2**53 + 1, -(2**53) - 1, 2**63 - 1, -(2**63)],
    "float": [0.0, -0.5, 0.1, 1e-308, 5e-324, 1.7976931348623157e308, 1 / 3, float(2**53)],
    "boolean": [True, False],
    "time": [
        datetime(2024, 2, 29, 23, 59, 59, 999999, UTC),
        datetime(1969, 7, 20, 20, 17, 40, 1, UTC),
        datetime(1970, 1, 1, tzinfo=UTC),
        datetime(1, 1, 1, tzinfo=UTC),
        datetime(9999, 12, 31, 23, 59, 59, 999999, UTC),
    ],
    "strings": [[], ["a"], ["b", "a", "b", ""], ["it's", 'a "b"', "\\", "é🐦", ","]],
    "integers": [[], [1, 1, 2], [2**63 - 1, -(2**63), 2**53 + 1]],
    "floats": [[], [0.1], [1.0, -2.5, 1e300, 5e-324]],
    "json": [
        {},
        [],
        "text",
        0,
        1.5,
        False,
        {"a": {"b": [1, "1", None, True, {"c": []}]}, "": "empty name", "ü.x": 2**53 + 1},
        [[[]], {"quote'": '"'}],
        {"float": 1.0, "int": 1, "big": -(2**63)},
    ],
}


@pytest.mark.parametrize("kind", list(VALUES))
def test_values_of_a_type_come_back_as_they_were(new_store: NewStore, kind: str) -> None:
    store = new_store(2, metric="L2", fields={"value": kind})
    values = [*VALUES[kind], None]
    keys = [str(place) for place in range(len(values))]
    store.upsert(keys, random_vectors(len(keys), 2), {"value": values})
    fetched = [row["value"] for row in store.fetch(keys)]
    scanned = {row["key"]: row["value"] for row in store.rows()}
    (found,) = store.search([[0, 0]], topk=len(keys))
    searched = dict(zip(found.keys, (row["value"] for row in found.payload), strict=True))
    for place, (key, value) in enumerate(zip(keys, values, strict=True)):
        for back in (fetched[place], scanned[key], searched[key]):
            assert _typed(back) == _typed(value)


def _typed(value: Any) -> Any:
    """The value with the types in it, as 1, 1.0 and True are equal."""
    if isinstance(value, dict):
        return {name: _typed(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_typed(each) for each in value]
    return type(value), value


def test_times_come_back_in_utc(new_store: NewStore) -> None:
    store = new_store(2, metric="L2", fields={"at": "time"})
    paris = timezone(timedelta(hours=2))
    store.upsert(["a"], [[1, 2]], {"at": [datetime(2024, 5, 1, 1, 30, tzinfo=paris)]})
    back = store.fetch(["a"])[0]["at"]
    assert back == datetime(2024, 4, 30, 23, 30, tzinfo=UTC)
    assert back.utcoffset() == timedelta(0)


def test_all_columns_of_a_row_come_back_together(filled: Any, gallery: Gallery) -> None:
    store = filled("L2")
    rows = {row["key"]: dict(row) for row in store.rows()}
    assert rows == {gallery.keys[place]: gallery.row(place) for place in range(len(gallery))}


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("weight", float("nan")),
        ("weight", float("inf")),
        ("weight", "1.5"),
        ("year", 2**63),
        ("year", 1.5),
        ("year", True),
        ("name", 7),
        ("name", "half \ud800"),
        ("name", "nul \0"),
        ("seen", 1),
        ("taken", datetime(2024, 1, 1)),
        ("taken", "2024-01-01"),
        ("tags", "red"),
        ("tags", ["red", None]),
        ("tags", [1]),
        ("marks", [1.5]),
        ("notes", [float("nan")]),
        ("extra", {"a": float("nan")}),
        ("extra", {1: 2}),
        ("extra", object()),
    ],
)
def test_a_value_of_another_type_is_refused_and_nothing_is_written(
    new_store: NewStore, column: str, value: Any
) -> None:
    store = new_store(2, metric="L2", fields=FIELDS)
    with pytest.raises(DataError, match=column):
        store.upsert(["fine", "bad"], [[1, 2], [3, 4]], {column: [None, value]})
    assert store.count() == 0


def test_a_column_that_is_not_there_is_refused(new_store: NewStore) -> None:
    store = new_store(2, metric="L2", fields=FIELDS)
    with pytest.raises(UnknownNameError, match=r"'yaer'.*did you mean 'year'"):
        store.upsert(["a"], [[1, 2]], {"yaer": [1]})
    assert store.count() == 0


def test_the_types_of_columns_are_those_of_the_first_rows(open_again: Any, collection: str) -> None:
    store = open_again(collection)
    assert not store.exists
    store.upsert(
        [7, 8],
        np.eye(2),
        {"name": ["a", None], "n": [1, 2], "x": [1.5, 2], "tags": [["a"], []], "j": [{}, None]},
    )
    schema = store.schema
    assert (schema.dimension, schema.metric, schema.key_type) == (2, "cosine", "integer")
    assert schema.fields == {
        "name": "string",
        "n": "integer",
        "x": "float",
        "tags": "strings",
        "j": "json",
    }
    assert {row["key"]: row["x"] for row in store.rows()} == {7: 1.5, 8: 2.0}
    store.drop()
