"""An expression's text is a filter that means the expression."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filter_strategies import FIELDS, HOSTILE_TEXTS, expressions
from towhee.search.filters import (
    Comparison,
    Expression,
    Field,
    In,
    IsNull,
    as_text,
    parse_filter,
)

valid_texts = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"))


@settings(max_examples=300, deadline=None)
@given(expression=expressions())
def test_parsing_the_text_of_an_expression_gives_the_expression(expression: Expression) -> None:
    assert parse_filter(as_text(expression), FIELDS) == expression


@settings(max_examples=300, deadline=None)
@given(text=valid_texts)
def test_any_text_survives_as_a_literal(text: str) -> None:
    expression = Comparison(Field("kind"), "==", text)
    assert parse_filter(as_text(expression), FIELDS) == expression


@pytest.mark.parametrize("text", [*HOSTILE_TEXTS, "x" * 1_000_000, '"\\' * 100_000])
def test_hostile_texts_survive_between_either_quotes(text: str) -> None:
    expression = In(Field("kind"), (text, "other"))
    assert parse_filter(as_text(expression), FIELDS) == expression
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    assert parse_filter(f"kind == '{escaped}'", FIELDS) == Comparison(Field("kind"), "==", text)


@settings(max_examples=200, deadline=None)
@given(name=valid_texts.filter(lambda name: name != "key"), members=st.lists(valid_texts))
def test_any_name_survives_in_backticks(name: str, members: list[str]) -> None:
    field = Field(name, tuple(members))
    assert parse_filter(as_text(IsNull(field)), {name: "json"}) == IsNull(field)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("price", "price"),
        ("größe", "größe"),
        ("is", "`is`"),
        ("Null", "`Null`"),
        ("two words", "`two words`"),
        ("a`b", "`a``b`"),
        ("9lives", "`9lives`"),
    ],
)
def test_names_stand_in_backticks_only_where_they_must(name: str, text: str) -> None:
    assert as_text(IsNull(Field(name))) == f"{text} is null"


@settings(max_examples=200, deadline=None)
@given(number=st.floats(allow_nan=False, allow_infinity=False))
def test_floats_survive_to_the_last_bit(number: float) -> None:
    expression = Comparison(Field("price"), "<", number)
    parsed = parse_filter(as_text(expression), FIELDS)
    assert isinstance(parsed, Comparison)
    assert str(parsed.value) == str(number)


@settings(max_examples=300, deadline=None)
@given(
    time=st.datetimes(
        datetime(2, 1, 1),
        datetime(9998, 12, 31),
        timezones=st.integers(-1439, 1439).map(lambda m: timezone(timedelta(minutes=m))),
    )
)
def test_times_survive_to_the_microsecond_in_utc(time: datetime) -> None:
    parsed = parse_filter(as_text(Comparison(Field("taken"), "<", time)), FIELDS)
    assert isinstance(parsed, Comparison)
    assert parsed.value == time
    assert parsed.value.utcoffset() == timedelta(0)


def test_and_and_or_are_told_apart_by_parentheses() -> None:
    text = 'kind == "a" and (stock < 1 or (stock > 5 and price < 1.0)) and archived == true'
    assert as_text(parse_filter(text, FIELDS)) == text
