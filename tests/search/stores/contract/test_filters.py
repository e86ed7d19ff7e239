"""A filter lets through the rows that satisfy it, whichever store evaluates it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, assume, given, seed, settings

from filter_strategies import FIELDS, expressions, leaves, rows
from store_gallery import Gallery, NewStore, nearest, random_vectors
from towhee.errors import UsageError
from towhee.search.filters import And, Comparison, Expression, Has, Like, Or, as_text, matches
from towhee.search.stores import VectorStore, open_store
from towhee.search.stores.driver import Abilities

Row = dict[str, Any]


def drawn_rows(count: int) -> list[Row]:
    """Rows as ``strategies.rows`` draws them, each key once, the same in every run."""
    found: dict[str, Row] = {}

    @seed(20)
    @settings(max_examples=200, database=None, phases=[Phase.generate], deadline=None)
    @given(rows(min_size=4, max_size=8))
    def collect(some: list[Row]) -> None:
        for row in some:
            key = row["key"] if row["key"] not in found and row["key"] else f"row {len(found)}"
            found[key] = {**row, "key": key}

    collect()
    return list(found.values())[-count:]


@pytest.fixture(scope="module")
def drawn() -> list[Row]:
    """150 rows that the filters were made for."""
    return drawn_rows(150)


@pytest.fixture(scope="module")
def store(store_uri: str, drawn: list[Row]) -> Iterator[VectorStore]:
    """The rows in a store."""
    store = open_store(store_uri, collection="filtered", patience=0)
    store.create(4, metric="L2", fields=FIELDS)
    payload = [{name: row[name] for name in FIELDS} for row in drawn]
    store.upsert([row["key"] for row in drawn], random_vectors(len(drawn), 4), payload)
    yield store
    store.close()


def needs(expression: Expression) -> set[str]:
    """What a store has to be able to do for an expression, in the words of ``Abilities.lacks``."""
    if isinstance(expression, And | Or):
        return set().union(*map(needs, expression.parts))
    found = {"members of JSON"} if expression.field.path else set()
    if isinstance(expression, Has | Like):
        found.add(type(expression).__name__.lower())
        if isinstance(expression, Has) and FIELDS[expression.field.name] == "json":
            found.add("members of JSON")
    is_ordered = isinstance(expression, Comparison) and expression.operator not in ("==", "!=")
    if is_ordered and isinstance(expression.value, str):
        found.add("order of text")
    return found


_EXAMPLES = settings(
    max_examples=150, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)


def test_the_rows_that_satisfy_a_filter_come_through(
    store: VectorStore, drawn: list[Row], abilities: Abilities
) -> None:
    lacks = abilities.lacks
    fields = {k: v for k, v in FIELDS.items() if v != "json" or "members of JSON" not in lacks}
    nowhere = np.zeros((1, 4), np.float32)

    @_EXAMPLES
    @given(expressions(fields, without=[kind for kind in ("like", "has") if kind in lacks]))
    def check(expression: Expression) -> None:
        assume(not needs(expression) & lacks)
        where = as_text(expression)
        expected = sorted(row["key"] for row in drawn if matches(expression, row))
        assert store.count(where) == len(expected), where
        (found,) = store.search(nowhere, topk=len(drawn), filter=where, fields=[])
        assert sorted(found.keys) == expected, where

    check()


@pytest.mark.parametrize("name", ["key", *FIELDS])
def test_each_kind_of_leaf_lets_the_right_rows_through(
    store: VectorStore, drawn: list[Row], abilities: Abilities, name: str
) -> None:
    @settings(_EXAMPLES, max_examples=60)
    @given(leaves({name: FIELDS[name]} if name in FIELDS else {}))
    def check(leaf: Expression) -> None:
        if needs(leaf) & abilities.lacks:
            with pytest.raises(UsageError, match=store.driver.name):
                store.count(as_text(leaf))
            return
        expected = sorted(row["key"] for row in drawn if matches(leaf, row))
        assert sorted(row["key"] for row in store.rows(as_text(leaf))) == expected, as_text(leaf)

    check()


def test_what_a_store_cannot_filter_by_is_refused_by_name(
    store: VectorStore, drawn: list[Row], abilities: Abilities
) -> None:
    examples = {
        "like": 'kind like "a%"',
        "has": 'tags has "a"',
        "members of JSON": "meta.iso == 1",
        "order of text": 'kind < "a"',
    }
    assert abilities.lacks <= set(examples)
    for lacking in abilities.lacks:
        for call in (
            lambda where: store.count(where),
            lambda where: store.search([[0, 0, 0, 0]], filter=where),
            lambda where: store.delete(filter=where),
            lambda where: list(store.rows(where)),
        ):
            with pytest.raises(UsageError, match=store.driver.name):
                call(examples[lacking])
    assert store.count() == len(drawn)


def test_the_nearest_of_the_rows_that_satisfy_a_filter_are_found(
    store: VectorStore, drawn: list[Row], abilities: Abilities
) -> None:
    fields = {name: kind for name, kind in FIELDS.items() if kind != "json"}
    without = [kind for kind in ("like", "has") if kind in abilities.lacks]
    gallery = Gallery([row["key"] for row in drawn], random_vectors(len(drawn), 4), {})
    queries = random_vectors(5, 4, seed=100)

    @settings(_EXAMPLES, max_examples=25)
    @given(expressions(fields, without))
    def check(expression: Expression) -> None:
        assume(not needs(expression) & abilities.lacks)
        among = [place for place, row in enumerate(drawn) if matches(expression, row)]
        results = store.search(queries, topk=7, filter=as_text(expression), fields=[])
        for query, found in zip(queries, results, strict=True):
            assert found.keys == nearest(gallery, query, "L2", 7, among)[0], as_text(expression)

    check()


def test_rows_are_deleted_by_any_filter(
    new_store: NewStore, drawn: list[Row], abilities: Abilities
) -> None:
    fields = {name: kind for name, kind in FIELDS.items() if kind != "json"}
    store = new_store(4, metric="L2", fields=fields)
    left = drawn[:60]
    payload = [{name: row[name] for name in fields} for row in left]
    store.upsert([row["key"] for row in left], random_vectors(len(left), 4), payload)
    cuts: list[Callable[[Row], bool]] = [
        lambda row: row["stock"] is not None and row["stock"] > 2**53,
        lambda row: row["archived"] is True and row["kind"] is None,
        lambda row: row["kind"] in ("'", "' OR 1=1 --", "a"),
    ]
    wheres = [
        f"stock > {2**53}",
        "archived == true and kind is null",
        """kind in ["'", "' OR 1=1 --", "a"]""",
    ]
    for where, cut in zip(wheres, cuts, strict=True):
        gone = [row for row in left if cut(row)]
        assert store.delete(filter=where) == len(gone)
        left = [row for row in left if not cut(row)]
        assert sorted(row["key"] for row in store.rows()) == sorted(row["key"] for row in left)
