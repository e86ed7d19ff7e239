"""Filters mean what they say, and what means nothing is refused with its place."""

from __future__ import annotations

import ast
import contextlib
import re
from datetime import datetime, timezone
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import towhee.search.filters
from filter_strategies import FIELDS
from towhee.errors import UnknownNameError, UsageError
from towhee.search.filters import (
    And,
    Comparison,
    Expression,
    Field,
    Has,
    In,
    IsNull,
    Like,
    Or,
    all_of,
    any_of,
    parse_filter,
)
from towhee.search.filters.lexer import KEYWORDS

A, B, C = (Comparison(Field("kind"), "==", text) for text in "abc")


def not_(leaf: Comparison) -> Comparison:
    return Comparison(leaf.field, "!=", leaf.value)


@pytest.mark.parametrize(
    ("filter", "expression"),
    [
        ("stock == 1", Comparison(Field("stock"), "==", 1)),
        ("stock<-1", Comparison(Field("stock"), "<", -1)),
        ("stock >= +1", Comparison(Field("stock"), ">=", 1)),
        ("price > 1", Comparison(Field("price"), ">", 1.0)),
        ("price > 1.5e-3", Comparison(Field("price"), ">", 0.0015)),
        ("kind == 'it\\'s'", Comparison(Field("kind"), "==", "it's")),
        (r'kind == "\u00e9\ud83d\udc08\n\\"', Comparison(Field("kind"), "==", "é\U0001f408\n\\")),
        ("archived", Comparison(Field("archived"), "==", True)),
        ("not archived", Comparison(Field("archived"), "!=", True)),
        ("archived == FALSE", Comparison(Field("archived"), "==", False)),
        ("kind in ['cat', 'dog', 'cat']", In(Field("kind"), ("cat", "dog"))),
        ("kind NOT IN ['cat']", In(Field("kind"), ("cat",), True)),
        ("not kind not in ['cat']", In(Field("kind"), ("cat",))),
        ("tags has 'red'", Has(Field("tags"), "red")),
        ("codes not has 2.0", Has(Field("codes"), 2, True)),
        ("weights has 2", Has(Field("weights"), 2.0)),
        ("meta has 2", Has(Field("meta"), 2)),
        ("meta.labels has true", Has(Field("meta", ("labels",)), True)),
        ("kind like 'a%'", Like(Field("kind"), "a%")),
        ("not kind like 'a%'", Like(Field("kind"), "a%", True)),
        ("kind is null", IsNull(Field("kind"))),
        ("kind Is Not Null", IsNull(Field("kind"), True)),
        ("not kind is not null", IsNull(Field("kind"))),
        ("meta.`f number`.in == 2", Comparison(Field("meta", ("f number", "in")), "==", 2)),
        ("meta.flash", Comparison(Field("meta", ("flash",)), "==", True)),
        ("key in ['a', 'b']", In(Field("key"), ("a", "b"))),
        ("`key` like '%'", Like(Field("key"), "%")),
    ],
)
def test_leaves(filter: str, expression: Expression) -> None:
    parsed = parse_filter(filter, FIELDS)
    assert parsed == expression
    if isinstance(parsed, Comparison | Has) and isinstance(expression, Comparison | Has):
        assert type(parsed.value) is type(expression.value)


@pytest.mark.parametrize(
    "time",
    [
        "2024-01-31T12:00:00Z",
        "2024-01-31T12:00Z",
        "2024-01-31t12:00:00.000000z",
        "2024-01-31 14:00:00.0+02:00",
        "2024-01-30T23:30:00-12:30",
    ],
)
def test_times_are_in_utc_whatever_their_zone(time: str) -> None:
    [parsed] = {parse_filter(f"taken == '{time}'", FIELDS)}
    noon = datetime(2024, 1, 31, 12, tzinfo=timezone.utc)
    assert parsed == Comparison(Field("taken"), "==", noon)


@pytest.mark.parametrize(
    ("filter", "expression"),
    [
        ("{a} or {b} and {c}", any_of([A, all_of([B, C])])),
        ("({a} or {b}) and {c}", all_of([any_of([A, B]), C])),
        ("not {a} and {b}", all_of([not_(A), B])),
        ("not ({a} and {b})", any_of([not_(A), not_(B)])),
        ("not ({a} or {b} and not {c})", all_of([not_(A), any_of([not_(B), C])])),
        ("not not {a}", A),
        ("(({a}) and (({b} and {c})))", all_of([A, B, C])),
        ("{a}\n  AND {b}\tOr {c}", any_of([all_of([A, B]), C])),
    ],
)
def test_not_binds_before_and_and_that_before_or(filter: str, expression: Expression) -> None:
    written = filter.format(a="kind == 'a'", b="kind == 'b'", c="kind == 'c'")
    assert parse_filter(written, FIELDS) == expression


@pytest.mark.parametrize(
    ("operator", "negation"),
    [("==", "!="), ("!=", "=="), ("<", ">="), (">=", "<"), (">", "<="), ("<=", ">")],
)
def test_not_turns_operators_around(operator: str, negation: str) -> None:
    negated = parse_filter(f"not stock {operator} 1", FIELDS)
    assert negated == parse_filter(f"stock {negation} 1", FIELDS)


@pytest.mark.parametrize(
    ("filter", "column", "message"),
    [
        ("", 1, "the filter is empty"),
        ("  ", 3, "the filter is empty"),
        ("price < 'cheap'", 9, "price is of type float and is compared with a number, not the te"),
        ("kind == 1", 9, "kind is of type string and is compared with a text in quotes, not 1"),
        ("kind == cat", 9, "a literal is needed here, not cat; a text stands in quotes"),
        ("stock == price", 10, "a field is not compared with a field"),
        ("archived == 1", 13, "is compared with true or false, not 1"),
        ("stock == true", 10, "is compared with a number, not true"),
        ("kind == null", 9, "nothing equals null; write kind is null"),
        ("archived < true", 10, "archived has no order"),
        ("meta.flash < true", 12, "true and false have no order"),
        ("tags == 'red'", 6, "tags is a list; ask it for an element, tags has"),
        ("tags < 'red'", 6, "tags is a list"),
        ("tags in ['red']", 6, "tags is a list"),
        ("tags has 1", 10, "is compared with a text"),
        ("codes has 1.5", 11, "a list of integers of 64 bits never has 1.5"),
        ("kind has 'c'", 6, "has asks a list for an element, and kind is of type string"),
        ("stock like '1%'", 7, "like compares a text, and stock is of type integer"),
        ("meta like 'a'", 6, "like compares a text"),
        ("kind like 1", 11, "a pattern in quotes is needed here, not 1"),
        ("kind like 'a\\\\'", 11, "the backslash at the end of the pattern"),
        ("meta == 1", 6, "name the member to compare, such as meta.name =="),
        ("meta", 5, "an operator is needed behind meta, which is of type json, not the end"),
        ("price", 6, "an operator is needed behind price"),
        ("archived not", 13, "an operator is needed behind archived"),
        ("price.euro < 1", 6, "price is of type float and has no members"),
        ("meta.1 == 1", 6, "a member's name is needed behind the dot, not 1"),
        ("taken > 'yesterday'", 9, "'yesterday' is no time of ISO 8601"),
        ("taken > '2024-01-31T12:00:00.1234567Z'", 9, "is no time of ISO 8601 to the microsecond"),
        ("taken > '2024-01-31'", 9, "names no time zone; write 2024-01-31T00:00:00Z for UTC"),
        ("taken > '2024-01-31T12:00'", 9, "names no time zone; write 2024-01-31T12:00:00Z"),
        ("taken > '2024-02-30T12:00Z'", 9, "there is no time '2024-02-30T12:00Z'"),
        ("taken > '0001-01-01T00:00+01:00'", 9, "there is no time '0001-01-01"),
        ("taken > 2024", 9, "a time in quotes"),
        ("key < 'a'", 5, "key has no order"),
        ("key is null", 8, "a row's key is never null"),
        ("kind in []", 9, "an empty list"),
        ("kind in 'a'", 9, "a list in brackets is needed here"),
        ("kind in ('a')", 9, "a list in brackets is needed here"),
        ("kind in ['a' 'b']", 14, "a comma or ] is needed here"),
        ("kind in ['a', 1]", 15, "is compared with a text"),
        ("meta.iso in ['a', 1]", 13, "the values of a list are all texts or all numbers"),
        ("archived in [true]", 13, "booleans are not listed"),
        ("meta.iso == 9223372036854775808", 13, "an integer has 64 bits at most"),
        ("price < 1e999", 9, "the number is beyond what a float can hold"),
        ("price < " + "9" * 5000, 9, "the number is beyond what a float can hold"),
        ("price < " + "9" * 350, 9, "the number is beyond what a float can hold"),
        ("kind is 1", 9, "null is needed here, not 1"),
        ("1 < stock", 1, "a field's name is needed here, not 1"),
        ("'a' == kind", 1, "a field's name is needed here, not the text 'a'"),
        ("in == 1", 1, "one that is called like this stands in backticks"),
        ("1 < stock < 3", 1, "a field's name is needed here"),
        ("stock < 3 < 4", 11, "a comparison has one operator"),
        ("stock < 3 stock > 1", 11, "and, or, or the end is needed here, not stock"),
        ("(stock < 3", 11, "a parenthesis is not closed"),
        ("stock < 3)", 10, "and, or, or the end is needed here, not )"),
        ("()", 2, "a field's name is needed here, not )"),
        ("stock < 3 and", 14, "a field's name is needed here, not the end"),
        ("stock = 3", 7, "equality is written =="),
        ("stock < 3 && archived", 11, "write and"),
        ("stock < 3 || archived", 11, "write or"),
        ("!archived", 1, "write not"),
        ("stock <> 3", 7, "inequality is written !="),
        ("kind == 'a", 9, "the text that begins here has no end"),
        ('kind == "a\\"', 9, "the text that begins here has no end"),
        ("`kind == 1", 1, "the name that begins here has no end"),
        ("stock < 3; drop", 10, "this begins no name, literal or operator"),
        (r"kind like 'a\%'", 13, r"there is no escape \%; a backslash itself is written \\"),
        (r"kind == 'a\u0000'", 9, "no store can hold a NUL character"),
        ("kind == 'a\0'", 9, "no store can hold a NUL character"),
        (r"kind == '\ud800'", 9, "a lone surrogate is no character"),
        ("kind == '\ud800'", 9, "a lone surrogate is no character"),
        ("meta.`\0` == 1", 6, "no store can hold a NUL character"),
    ],
)
def test_what_means_nothing_is_refused_at_its_column(
    filter: str, column: int, message: str
) -> None:
    with pytest.raises(UsageError, match=re.escape(message)) as raised:
        parse_filter(filter, FIELDS)
    said, excerpt, caret = str(raised.value).splitlines()
    assert said.startswith(f"filter, column {column}: ")
    place = caret.index("^")
    assert excerpt[place : place + 1] == filter[column - 1 : column]


def test_the_caret_stands_below_the_place_of_a_long_filter_too() -> None:
    filter = " and ".join(["stock < 3"] * 100 + ["price < 'é'"] + ["stock < 3"] * 100)
    with pytest.raises(UsageError) as raised:
        parse_filter(filter, FIELDS)
    _, excerpt, caret = str(raised.value).splitlines()
    assert len(excerpt) < 100
    assert excerpt[caret.index("^") :].startswith("'é'")


def test_of_several_lines_the_one_is_shown() -> None:
    with pytest.raises(UsageError, match="filter, line 2, column 9: price is of type") as raised:
        parse_filter("stock < 3 and\nprice < 'a'\nand archived", FIELDS)
    assert str(raised.value).splitlines()[1:] == ["  price < 'a'", "          ^"]


def test_an_unknown_field_is_answered_with_the_closest() -> None:
    message = r"no field is called 'prise'; did you mean 'price'\? \(column 15 of the filter;"
    with pytest.raises(UnknownNameError, match=message) as raised:
        parse_filter("archived and (prise < 1)", FIELDS)
    assert raised.value.kind == "field"


@pytest.mark.parametrize("value", [None, 3, b"kind is null"])
def test_a_filter_is_a_text(value: object) -> None:
    with pytest.raises(UsageError, match="a filter is a text, not"):
        parse_filter(value, FIELDS)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "filter",
    [
        "(" * 10_000 + "archived" + ")" * 10_000,
        "not (" * 10_000 + "archived" + ")" * 10_000,
        "(" * 10_000,
        "archived and (stock < 1 or (" * 5_000 + "archived" + "))" * 5_000,
    ],
)
def test_ten_thousand_parentheses_are_refused(filter: str) -> None:
    with pytest.raises(UsageError, match="parentheses are nested deeper than 64 levels"):
        parse_filter(filter, FIELDS)


def test_what_is_long_but_not_deep_is_read() -> None:
    assert parse_filter("not " * 10_001 + "archived", FIELDS) == parse_filter(
        "not archived", FIELDS
    )
    chain = parse_filter(" or ".join(f"stock == {n}" for n in range(10_000)), FIELDS)
    assert isinstance(chain, Or)
    assert len(chain.parts) == 10_000
    listed = parse_filter(f"stock in {list(range(50_000))}", FIELDS)
    assert isinstance(listed, In)
    assert len(listed.values) == 50_000
    deep = parse_filter("meta" + ".a" * 5_000 + " == 1", FIELDS)
    assert isinstance(deep, Comparison)
    assert len(deep.field.path) == 5_000


PARENTHESES = ["(", ")", "[", "]", ",", "."]
SIGNS = ["==", "!=", "<", ">=", "=", "!", "'", '"', "`", "\\", ";", "é", "\U0001f408", "\n", "\0"]
LITERALS = ["'a'", '"b"', "1", "-2", "1.5", "1e9", "'2024-01-31T12:00Z'"]
WORDS = [*FIELDS, "key", "nothing", *sorted(KEYWORDS), *PARENTHESES, *SIGNS, *LITERALS]


@settings(max_examples=500, deadline=None)
@given(filter=st.lists(st.sampled_from(WORDS)).map(" ".join) | st.text())
def test_whatever_is_written_is_read_or_refused(filter: str) -> None:
    with contextlib.suppress(UsageError):
        parse_filter(filter, FIELDS)


def test_joining_keeps_the_tree_flat() -> None:
    assert all_of([A]) is A
    assert all_of([all_of([A, B]), C]) == And((A, B, C))
    with pytest.raises(UsageError, match="And joins two parts or more, not 1"):
        And((A,))
    with pytest.raises(UsageError, match="Or has no Or among its parts"):
        Or((Or((A, B)), C))


def test_nothing_of_a_filter_is_run_as_python() -> None:
    [folder] = towhee.search.filters.__path__
    for file in Path(folder).glob("*.py"):
        names = {n.id for n in ast.walk(ast.parse(file.read_text())) if isinstance(n, ast.Name)}
        assert names.isdisjoint({"eval", "exec", "compile", "__import__", "globals"})
