"""Fields, rows, and filters over them, drawn at random.

For the contract suite as well: write ``rows()`` to a store, let it filter by ``expressions()``,
and compare the keys with those of the rows that ``matches``. ``fields`` and ``without`` leave out
what a store refuses. Literals come from the pools that values come from, so that filters find
some rows and leave some.

Import with ``from filter_strategies import FIELDS, expressions, rows``.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import datetime, timedelta, timezone
from typing import Any, Literal

from hypothesis import strategies as st

from towhee.search.field_types import FieldType
from towhee.search.filters import (
    KEY,
    Comparison,
    Expression,
    Field,
    Has,
    In,
    IsNull,
    Leaf,
    Like,
    all_of,
    any_of,
)

LeafKind = Literal["equality", "order", "in", "has", "like", "null"]

FIELDS: dict[str, FieldType] = {
    "kind": "string",
    "stock": "integer",
    "price": "float",
    "archived": "boolean",
    "taken": "time",
    "tags": "strings",
    "codes": "integers",
    "weights": "floats",
    "meta": "json",
}

HOSTILE_TEXTS = (
    "",
    "'",
    '"',
    "\\",
    "`",
    "' OR 1=1 --",
    '" or true or "" == "',
    "a'); DROP TABLE rows; --",
    "line\nbreak\r\n\ttab",
    "%",
    "_",
    "100%",
    r"\%",
    r"\n",
    "{0} %s %(name)s $1 ? :name",
    "null",
    "true",
    "1",
    "\U0001f408\u200d\u2b1b",
    "e\u0301",
    "\x01\x1f\x7f\x85\u2028",
    "\uffff\U0010ffff",
    "long " * 400,
)
_TEXTS = ("a", "A", "ab", "b", "é", "cat", "dog", *HOSTILE_TEXTS)
_INTEGERS = (-(2**63), -1, 0, 1, 2, 3, 2**53, 2**53 + 1, 2**63 - 1)
_FLOATS = (-1e300, -1.0, -0.0, 0.0, 0.1, 0.30000000000000004, 1.0, 1.5, 2.0, 5e-324, 1e300)
_FIRST = datetime(2024, 1, 31, 12, tzinfo=timezone.utc)
_TIMES = (
    *(_FIRST + timedelta(microseconds=n) for n in (0, 1, 1000, 10**6, 86_400 * 10**6)),
    datetime(1970, 1, 1, tzinfo=timezone.utc),
    datetime(1583, 1, 1, tzinfo=timezone.utc),
    datetime(9999, 12, 31, 23, 59, 59, 999_999, timezone.utc),
)
# Numbers that are the same in JSON, whether it is read to integers or to floats.
_JSON_NUMBERS = (-1, 0, 1, 1.0, 1.5, 2, 100, 2**53)

MEMBERS = (("camera",), ("iso",), ("flash",), ("labels",), ("lens", "f number"), ("in",))

texts = st.sampled_from(_TEXTS)
_SCALARS: dict[FieldType, st.SearchStrategy[Any]] = {
    "string": texts,
    "integer": st.sampled_from(_INTEGERS),
    "float": st.sampled_from(_FLOATS),
    "boolean": st.booleans(),
    "time": st.sampled_from(_TIMES),
    "json": texts | st.sampled_from(_JSON_NUMBERS) | st.booleans(),
}
_ELEMENTS: dict[FieldType, FieldType] = {
    "strings": "string",
    "integers": "integer",
    "floats": "float",
    "json": "json",
}


@st.composite
def json_objects(draw: st.DrawFn) -> dict[str, Any]:
    """JSON objects with some of ``MEMBERS``, of any type each."""
    scalars = st.none() | _SCALARS["json"]
    values = scalars | st.lists(scalars, max_size=3)
    found: dict[str, Any] = {}
    for path in draw(st.lists(st.sampled_from(MEMBERS), unique=True)):
        inner = found
        for member in path[:-1]:
            inner = inner.setdefault(member, {})
        inner[path[-1]] = draw(values)
    return found


def values(type: FieldType) -> st.SearchStrategy[Any]:
    """Values of a type, without nulls."""
    if type == "json":
        return json_objects()
    if type in _ELEMENTS:
        return st.lists(_SCALARS[_ELEMENTS[type]], max_size=3)
    return _SCALARS[type]


def rows(
    fields: Mapping[str, FieldType] = FIELDS,
    *,
    min_size: int = 1,
    max_size: int = 8,
    keys: st.SearchStrategy[str] = texts,
) -> st.SearchStrategy[list[dict[str, Any]]]:
    """Rows with a ``key`` each, none twice, and all fields, of which about a quarter is null."""
    columns = {name: st.one_of(st.none(), *[values(type)] * 3) for name, type in fields.items()}
    row = st.fixed_dictionaries({KEY: keys, **columns})
    return st.lists(row, min_size=min_size, max_size=max_size, unique_by=lambda row: row[KEY])


def patterns() -> st.SearchStrategy[str]:
    """Patterns of ``like`` that fit some of the texts."""
    pieces = st.sampled_from(("%", "_", r"\%", r"\_", r"\\", "a", "b", "'", '"', "OR", "\n", "é"))
    return st.lists(pieces, max_size=5).map("".join) | st.sampled_from(("c%t", "%g", "a%", "%"))


def leaves(
    fields: Mapping[str, FieldType] = FIELDS, without: Collection[LeafKind] = ()
) -> st.SearchStrategy[Leaf]:
    """Leaves over the fields and ``key``, as ``parse_filter`` gives them."""
    found: dict[LeafKind, list[st.SearchStrategy[Leaf]]] = {}

    def add(
        kind: LeafKind, leaf: Callable[..., Leaf], field: Field, *parts: st.SearchStrategy[Any]
    ) -> None:
        found.setdefault(kind, []).append(st.builds(leaf, st.just(field), *parts))

    either = st.booleans()
    for field, type in _typed_fields(fields):
        if field.name != KEY:
            add("null", IsNull, field, either)
        if type in _ELEMENTS:
            add("has", Has, field, _SCALARS[_ELEMENTS[type]], either)
        if type not in _SCALARS or (type == "json" and not field.path):
            continue
        add("equality", Comparison, field, st.sampled_from(("==", "!=")), _SCALARS[type])
        if type == "string" or type == "json":
            add("like", Like, field, patterns(), either)
        for ordered in _ordered(type):
            listed = st.lists(ordered, min_size=1, max_size=3)
            add("in", In, field, listed.map(lambda v: tuple(dict.fromkeys(v))), either)
            if field.name != KEY:
                add("order", Comparison, field, st.sampled_from(("<", "<=", ">", ">=")), ordered)
    return st.one_of([st.one_of(some) for kind, some in found.items() if kind not in without])


def _typed_fields(fields: Mapping[str, FieldType]) -> Iterator[tuple[Field, FieldType]]:
    yield Field(KEY), "string"
    for name, type in fields.items():
        yield Field(name), type
        if type == "json":
            yield from ((Field(name, path), type) for path in MEMBERS)


def _ordered(type: FieldType) -> tuple[st.SearchStrategy[Any], ...]:
    """What a value of the type may be listed with or be smaller than; each of one type."""
    if type == "json":
        return (texts, st.sampled_from(_JSON_NUMBERS))
    return () if type == "boolean" else (_SCALARS[type],)


def expressions(
    fields: Mapping[str, FieldType] = FIELDS, without: Collection[LeafKind] = ()
) -> st.SearchStrategy[Expression]:
    """Expressions over the fields and ``key``, as ``parse_filter`` gives them.

    Args:
        fields: those that a store has; leave out types that it cannot filter.
        without: the kinds of leaves that it cannot translate.
    """

    def joined(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
        parts = st.lists(inner, min_size=2, max_size=3)
        return parts.map(all_of) | parts.map(any_of)

    return st.recursive(leaves(fields, without), joined, max_leaves=6)
