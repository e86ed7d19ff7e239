"""Rows satisfy a filter exactly when SQL's three-valued logic says that it is true of them."""

from __future__ import annotations

import itertools
import re
import sqlite3
from datetime import datetime
from typing import Any, TypeAlias

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filter_strategies import FIELDS, leaves, rows
from towhee.search.field_types import FieldType
from towhee.search.filters import (
    Comparison,
    Has,
    In,
    IsNull,
    Leaf,
    Like,
    as_text,
    matches,
    parse_filter,
)

# A filter before ``not`` is moved into its leaves: ("not", tree), ("and" or "or", tree, tree…).
Tree: TypeAlias = Leaf | tuple[Any, ...]
SCALARS: dict[str, FieldType] = {
    name: type
    for name, type in FIELDS.items()
    if type in ("string", "integer", "float", "boolean", "time")
}


def trees(fields: dict[str, FieldType]) -> st.SearchStrategy[Tree]:
    def grown(inner: st.SearchStrategy[Tree]) -> st.SearchStrategy[Tree]:
        several = st.lists(inner, min_size=2, max_size=3)
        return (
            inner.map(lambda tree: ("not", tree))
            | several.map(lambda parts: ("and", *parts))
            | several.map(lambda parts: ("or", *parts))
        )

    return st.recursive(leaves(fields), grown, max_leaves=8)


def text_of(tree: Tree) -> str:
    if not isinstance(tree, tuple):
        return as_text(tree)
    name, *parts = tree
    if name == "not":
        return f"not ({text_of(parts[0])})"
    return f" {name} ".join(f"({text_of(part)})" for part in parts)


def truth(tree: Tree, row: dict[str, Any]) -> bool | None:
    """Kleene's logic, ``None`` for unknown."""
    if not isinstance(tree, tuple):
        return leaf_truth(tree, row)
    name, *parts = tree
    truths = [truth(part, row) for part in parts]
    if name == "not":
        return None if truths[0] is None else not truths[0]
    decisive = name == "or"
    if decisive in truths:
        return decisive
    return None if None in truths else not decisive


def leaf_truth(leaf: Leaf, row: dict[str, Any]) -> bool | None:
    value = row[leaf.field.name]
    for member in leaf.field.path:
        value = value.get(member) if type(value) is dict else None
    if isinstance(leaf, IsNull):
        return (value is None) is not leaf.negated
    if isinstance(leaf, Has):
        if type(value) is not list:
            return None
        found = (type_name(leaf.value), leaf.value) in [(type_name(x), x) for x in value]
        return found is not leaf.negated
    if isinstance(leaf, Like):
        if type(value) is not str:
            return None
        parts = re.findall(r"\\.|.", leaf.pattern, re.DOTALL)
        expression = "".join(
            {"%": ".*", "_": "."}.get(part) or re.escape(part[-1]) for part in parts
        )
        return bool(re.fullmatch(expression, value, re.DOTALL)) is not leaf.negated
    literals = leaf.values if isinstance(leaf, In) else (leaf.value,)
    if type_name(value) != type_name(literals[0]):
        return None
    if isinstance(leaf, In):
        return any(value == literal for literal in literals) is not leaf.negated
    order = (value > leaf.value) - (value < leaf.value)
    return (
        order
        in {
            "==": (0,),
            "!=": (-1, 1),
            "<": (-1,),
            "<=": (-1, 0),
            ">": (1,),
            ">=": (0, 1),
        }[leaf.operator]
    )


def type_name(value: object) -> str:
    return {int: "number", float: "number"}.get(type(value), type(value).__name__)


@settings(max_examples=300, deadline=None)
@given(tree=trees(FIELDS), rows=rows())
def test_rows_match_when_the_filter_as_written_is_true_of_them(
    tree: Tree, rows: list[dict[str, Any]]
) -> None:
    for filter, expected in ((tree, tree), (("not", tree), ("not", tree))):
        expression = parse_filter(text_of(filter), FIELDS)
        for row in rows:
            assert matches(expression, row) is (truth(expected, row) is True)


def sql_of(tree: Tree, parameters: list[Any]) -> str:
    """The WHERE of SQLite, with ``not`` where the tree has it."""
    if isinstance(tree, tuple):
        name, *parts = tree
        written = [f"({sql_of(part, parameters)})" for part in parts]
        return f"not {written[0]}" if name == "not" else f" {name} ".join(written)
    column, no = f'"{tree.field.name}"', "not " if getattr(tree, "negated", False) else ""
    if isinstance(tree, IsNull):
        return f"{column} is {no}null"
    if isinstance(tree, Like):
        parameters.append(tree.pattern)
        return f"{column} {no}like ? escape '\\'"
    if isinstance(tree, In):
        parameters.extend(map(sqlite_value, tree.values))
        return f"{column} {no}in ({', '.join('?' * len(tree.values))})"
    assert isinstance(tree, Comparison)
    parameters.append(sqlite_value(tree.value))
    return f"{column} {tree.operator} ?"


def sqlite_value(value: Any) -> Any:
    return value.isoformat(timespec="microseconds") if isinstance(value, datetime) else value


@settings(max_examples=300, deadline=None)
@given(tree=trees(SCALARS), rows=rows(SCALARS))
def test_the_rows_are_those_that_sqlite_selects(tree: Tree, rows: list[dict[str, Any]]) -> None:
    connection = sqlite3.connect(":memory:")
    connection.execute("pragma case_sensitive_like = on")
    names = list(rows[0])
    connection.execute(f"create table items ({', '.join(names)})")
    connection.executemany(
        f"insert into items values ({', '.join('?' * len(names))})",
        [[sqlite_value(row[name]) for name in names] for row in rows],
    )
    parameters: list[Any] = []
    where = sql_of(tree, parameters)
    found = connection.execute(f"select key from items where {where}", parameters).fetchall()
    connection.close()
    expression = parse_filter(text_of(tree), SCALARS)
    assert sorted(key for (key,) in found) == sorted(
        row["key"] for row in rows if matches(expression, row)
    )


@pytest.mark.parametrize(
    ("filter", "found"),
    [
        ("meta.iso == 1", ["integer", "float"]),
        ("meta.iso == 1.0", ["integer", "float"]),
        ("meta.iso != 2", ["integer", "float"]),
        ("meta.iso == true", ["boolean"]),
        ("meta.iso", ["boolean"]),
        ("not meta.iso", []),
        ('meta.iso == "1"', ["text"]),
        ('meta.iso != "2"', ["text"]),
        ("meta.iso not in [2]", ["integer", "float"]),
        ("meta.iso < 5", ["integer", "float"]),
        ("meta.iso has 1", ["list"]),
        ("meta.iso not has 2", ["list"]),
        ("meta.iso is null", ["null", "absent", "no object", "no meta"]),
        ("not meta.iso is null", ["integer", "float", "boolean", "text", "list"]),
        ("meta is null", ["no meta"]),
        ("meta has 1", ["no object"]),
    ],
)
def test_json_is_compared_with_literals_of_its_own_type(filter: str, found: list[str]) -> None:
    isos = {"integer": 1, "float": 1.0, "boolean": True, "text": "1", "list": [1, True, None]}
    items = [{"key": key, "meta": {"iso": iso}} for key, iso in isos.items()]
    items += [
        {"key": "null", "meta": {"iso": None}},
        {"key": "absent", "meta": {}},
        {"key": "no object", "meta": [1]},
        {"key": "no meta"},
    ]
    expression = parse_filter(filter, {"meta": "json"})
    assert [row["key"] for row in items if matches(expression, row)] == found


@pytest.mark.parametrize(
    ("filter", "found"),
    [
        ("meta.labels has 1", ["ones"]),
        ("meta.labels has true", ["trues"]),
        ('meta.labels has "1"', ["texts"]),
        ("not meta.labels has true", ["ones", "texts", "empty"]),
    ],
)
def test_elements_of_another_type_are_not_the_literal(filter: str, found: list[str]) -> None:
    labels: dict[str, list[Any]] = {"ones": [1.0], "trues": [True], "texts": ["1", None]}
    labels["empty"] = []
    expression = parse_filter(filter, {"meta": "json"})
    items = [{"key": key, "meta": {"labels": value}} for key, value in labels.items()]
    assert [row["key"] for row in items if matches(expression, row)] == found


EDGES = [-(2**63), -(2**63) + 1, -2, -1, 0, 1, 2, 2**53 + 1, 2**63 - 2, 2**63 - 1]
NUMBERS = ["1.5", "-1.5", "1.0", "-0.5", "1e30", "-1e30", "9223372036854775807", "1e-300", "2e0"]
NUMBERS += ["9223372036854775808", "-9223372036854775808", "-9223372036854775809", "9" * 300]


@pytest.mark.parametrize("number", NUMBERS)
def test_integers_are_compared_exactly_with_any_number(number: str) -> None:
    exact = float(number) if "." in number or "e" in number else int(number)
    for operator, not_ in itertools.product(("==", "!=", "<", "<=", ">", ">="), ("", "not ")):
        expression = parse_filter(f"{not_}stock {operator} {number}", {"stock": "integer"})
        assert isinstance(expression, Comparison)
        assert type(expression.value) is int
        assert -(2**63) <= expression.value < 2**63
        for edge in EDGES:
            expected = eval(f"{not_}edge {operator} exact", {"edge": edge, "exact": exact})
            assert matches(expression, {"stock": edge}) is expected
        assert not matches(expression, {"stock": None})


@pytest.mark.parametrize(
    ("filter", "found"),
    [
        ("stock in [1.5, 2, 2.0, 1e30]", [2]),
        ("stock not in [1.5, 1]", [0, 2]),
        ("stock in [1.5]", []),
        ("stock not in [1.5]", [0, 1, 2]),
        ("not stock in [1e30]", [0, 1, 2]),
    ],
)
def test_what_no_integer_is_drops_out_of_a_list(filter: str, found: list[int]) -> None:
    expression = parse_filter(filter, {"stock": "integer"})
    items: list[int | None] = [0, 1, 2, None]
    assert [item for item in items if matches(expression, {"stock": item})] == found
