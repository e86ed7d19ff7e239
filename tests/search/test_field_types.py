"""A column has one type, and its values are what every store can hold."""

from __future__ import annotations

import enum
import math
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from towhee.errors import DataError
from towhee.search.field_types import FieldType, checked_value, field_type_of

NOON = datetime(2024, 1, 31, 12, tzinfo=timezone.utc)
IN_TOKYO = timezone(timedelta(hours=9))


class Color(str, enum.Enum):
    RED = "red"


@pytest.mark.parametrize(
    ("values", "type"),
    [
        ([], None),
        ([None, None], None),
        (["a", None], "string"),
        (np.array(["a", "b"]), "string"),
        ([Color.RED], "string"),
        ([1, None], "integer"),
        (np.array([1], np.uint8), "integer"),
        ([1, 2.5], "float"),
        ([2.5, None, np.int8(1)], "float"),
        (np.array([1.5], np.float32), "float"),
        ([True, False], "boolean"),
        (np.array([True]), "boolean"),
        ([NOON], "time"),
        ([pd.Timestamp("2024-01-31", tz="Asia/Tokyo")], "time"),
        ([["a"], []], "strings"),
        ([(1, 2)], "integers"),
        (np.zeros((2, 3), np.int32), "integers"),
        ([[1], [1.5]], "floats"),
        ([[1, 1.5]], "floats"),
        ([np.zeros(3, np.float32)], "floats"),
        ([[], None], "json"),
        ([[True]], "json"),
        ([["a", 1]], "json"),
        ([["a", None]], "json"),
        ([["a"], [1]], "json"),
        ([[["a"]], ["b"]], "json"),
        ([{"a": 1}, ["b"], []], "json"),
        ([{"a": [{"b": None}]}], "json"),
    ],
)
def test_the_type_of_a_column(values: Any, type: FieldType | None) -> None:
    assert field_type_of(values) == type


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([1.0, math.nan], r"prices, row 1: nan equals nothing .* use None for null"),
        ([None, math.inf], "prices, row 1: inf"),
        ([[1.0, math.nan]], r"prices, row 0\[1\]: nan"),
        ([{"a": math.nan}], r"prices, row 0\.a: nan"),
        ([datetime(2024, 1, 31)], "row 0: the time 2024-01-31T00:00:00 has no time zone"),
        (np.array(["2024-01-31"], "datetime64[ns]"), "row 0: a NumPy time has no time zone"),
        ([NOON, pd.NaT], "row 1: NaT is no time"),
        ([2**63], "row 0: an integer has 64 bits at most"),
        (["a\0b"], "row 0: a NUL character at position 1"),
        (["ab\ud800"], "row 0: a lone surrogate .* at position 2"),
        ([{"a": {"b\0": 1}}], r"row 0\.a, a name: a NUL character"),
        ([{1: 2}], "row 0: the names in a JSON object are texts, not 1"),
        ([{"a": NOON}], r"row 0\.a: JSON has no times; use value.isoformat"),
        ([b"a"], r"row 0: b'a' \(bytes\) fits no type"),
        ([Decimal(1)], r"\(Decimal\) fits no type"),
        ([date(2024, 1, 31)], r"\(date\) fits no type"),
        ([np.timedelta64(1, "s")], r"\(timedelta64\) fits no type"),
        ([1j], r"\(complex\) fits no type"),
        ([{"a"}], r"\(set\) fits no type"),
        ([pd.NA], r"\(NAType\) fits no type"),
        ([None, 1, "a"], "prices: row 1 is of type integer and row 2 of type string"),
        (["a", ["a"]], "row 0 is of type string and row 1 of type strings"),
        ([1, True], "row 0 is of type integer and row 1 of type boolean"),
        ([{"a": 1}, "a"], "row 0 is of type json and row 1 of type string"),
    ],
)
def test_what_no_type_fits_is_refused_with_its_row(values: Any, message: str) -> None:
    with pytest.raises(DataError, match=message):
        field_type_of(values, "prices")


@pytest.mark.parametrize(
    ("value", "type", "canonical"),
    [
        (None, "time", None),
        (np.str_("a"), "string", "a"),
        (Color.RED, "string", "red"),
        (np.int16(-3), "integer", -3),
        (np.array(3), "integer", 3),
        (3, "float", 3.0),
        (np.float32(0.1), "float", 0.10000000149011612),
        (np.longdouble(1.5), "float", 1.5),
        (np.True_, "boolean", True),
        (datetime(2024, 1, 31, 21, tzinfo=IN_TOKYO), "time", NOON),
        (pd.Timestamp("2024-01-31T12:00:00.000001999Z"), "time", NOON.replace(microsecond=1)),
        (("a", "b"), "strings", ["a", "b"]),
        (np.array([1, 2]), "integers", [1, 2]),
        ([1, 2.5], "floats", [1.0, 2.5]),
        ([], "floats", []),
        ({"a": (np.int8(1), None, True)}, "json", {"a": [1, None, True]}),
    ],
)
def test_values_become_plain_ones(value: Any, type: FieldType, canonical: Any) -> None:
    checked = checked_value(value, type, "field 'x'")
    assert checked == canonical
    assert plain_types(checked) == plain_types(canonical)
    if isinstance(checked, datetime):
        assert checked.utcoffset() == timedelta(0)


def plain_types(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: plain_types(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [plain_types(inner) for inner in value]
    return type(value)


@pytest.mark.parametrize(
    ("value", "type", "message"),
    [
        (1, "string", r"field 'x': type string is needed, not 1 \(int\)"),
        ("1", "integer", "type integer is needed"),
        (2.0, "integer", r"type integer is needed, not 2.0 \(float\)"),
        (True, "integer", "type integer is needed, not True"),
        (True, "float", "type float is needed, not True"),
        (1, "boolean", "type boolean is needed"),
        (2**53 + 1, "float", "the integer 9007199254740993 is no float"),
        (10**400, "float", "an integer has 64 bits at most"),
        ("2024-01-31T12:00:00Z", "time", "type time is needed"),
        (datetime.min.replace(tzinfo=IN_TOKYO), "time", "outside the years 1 to 9999"),
        ("red", "strings", r"a list is needed for type strings, not 'red' \(str\)"),
        (["red", None], "strings", r"field 'x'\[1\]: a list of one type holds no null"),
        (["red", 1], "strings", r"field 'x'\[1\]: type string is needed"),
        ({"a": {1, 2}}, "json", r"field 'x'\.a: .* fits no type"),
    ],
)
def test_values_of_another_type_are_refused(value: Any, type: FieldType, message: str) -> None:
    with pytest.raises(DataError, match=message):
        checked_value(value, type, "field 'x'")


def test_json_without_an_end_is_refused() -> None:
    value: list[Any] = []
    value.append(value)
    with pytest.raises(DataError, match="JSON nested deeper than 64 levels"):
        checked_value(value, "json", "field 'x'")


scalars = st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text("aé'\n")
documents = st.recursive(
    scalars | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner) | st.dictionaries(st.text("ab"), inner),
)


@given(document=documents)
def test_json_is_kept_as_it_is(document: Any) -> None:
    checked = checked_value(document, "json", "field 'x'")
    assert checked == document
    assert plain_types(checked) == plain_types(document)
