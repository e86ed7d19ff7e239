"""Random chains against a reference interpreter that is nothing but lists."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from towhee import DataCollection, Failure
from towhee.engine.local.sources import ReadSize, read
from towhee.engine.local.whole import transform
from towhee.engine.operators import Operators
from towhee.engine.rows import RowProgram
from towhee.errors import OperatorError
from towhee.operators.base import ModelOperator
from towhee.plan import Plan
from towhee.plan.passes import drop_columns, push_head, rewrite, split_models
from towhee.plan.stage import stages
from towhee.plan.step import Map, Select


class Verb(Protocol):
    """One method of the chain, and what it means on a list."""

    def chained(self, collection: DataCollection) -> DataCollection: ...

    def listed(self, rows: list[Any]) -> list[Any]: ...


def number(value: Any) -> int:
    """A number of any element that a chain of these verbs can hold."""
    if isinstance(value, (list, tuple)):
        return sum(map(number, value)) + len(value)
    return int(value)


class Plus(ModelOperator[Any, int]):
    """Adds one, as a model would."""

    def prepare(self, value: Any) -> int:
        return number(value)

    def forward(self, prepared: Sequence[Any]) -> Sequence[int]:
        return [value + 1 for value in prepared]


def tripled(value: Any) -> int:
    return 3 * number(value) % 101


def is_even(value: Any) -> bool:
    return number(value) % 2 == 0


@dataclass(frozen=True)
class MapVerb:
    workers: int | None

    def chained(self, collection: DataCollection) -> DataCollection:
        if self.workers is None:
            made: DataCollection = collection.map(tripled)
            return made
        return collection.pmap(tripled, self.workers)

    def listed(self, rows: list[Any]) -> list[Any]:
        return [tripled(row) for row in rows]


@dataclass(frozen=True)
class ModelVerb:
    def chained(self, collection: DataCollection) -> DataCollection:
        made: DataCollection = collection.map(Plus())
        return made

    def listed(self, rows: list[Any]) -> list[Any]:
        return [number(row) + 1 for row in rows]


@dataclass(frozen=True)
class FilterVerb:
    def chained(self, collection: DataCollection) -> DataCollection:
        return collection.filter(is_even)

    def listed(self, rows: list[Any]) -> list[Any]:
        return [row for row in rows if is_even(row)]


@dataclass(frozen=True)
class FlattenVerb:
    def chained(self, collection: DataCollection) -> DataCollection:
        return collection.flatten()

    def listed(self, rows: list[Any]) -> list[Any]:
        return [i for row in rows for i in (row if isinstance(row, (list, tuple)) else [row])]


@dataclass(frozen=True)
class BatchVerb:
    size: int
    drop_tail: bool

    def chained(self, collection: DataCollection) -> DataCollection:
        return collection.batch(self.size, self.drop_tail)

    def listed(self, rows: list[Any]) -> list[Any]:
        batches = [rows[at : at + self.size] for at in range(0, len(rows), self.size)]
        return [b for b in batches if len(b) == self.size or not self.drop_tail]


@dataclass(frozen=True)
class RollingVerb:
    size: int
    step: int
    drop_head: bool
    drop_tail: bool

    def chained(self, collection: DataCollection) -> DataCollection:
        return collection.rolling(self.size, self.step, self.drop_head, self.drop_tail)

    def listed(self, rows: list[Any]) -> list[Any]:
        head = [rows[:end] for end in range(1, min(self.size, len(rows) + 1))]
        parts = [rows[at : at + self.size] for at in range(0, len(rows), self.step)]
        full = [part for part in parts if len(part) == self.size]
        tail = parts[len(full) :]
        return [] if not rows else head * (not self.drop_head) + full + tail * (not self.drop_tail)


@dataclass(frozen=True)
class HeadVerb:
    n: int

    def chained(self, collection: DataCollection) -> DataCollection:
        return collection.head(self.n)

    def listed(self, rows: list[Any]) -> list[Any]:
        return rows[: self.n]


@dataclass(frozen=True)
class ZipVerb:
    other: tuple[int, ...]

    def chained(self, collection: DataCollection) -> DataCollection:
        return collection.zip(self.other)

    def listed(self, rows: list[Any]) -> list[Any]:
        return list(zip(rows, self.other, strict=False))


@dataclass(frozen=True)
class ConcatVerb:
    other: tuple[int, ...]

    def chained(self, collection: DataCollection) -> DataCollection:
        return collection + self.other

    def listed(self, rows: list[Any]) -> list[Any]:
        return rows + list(self.other)


small = st.integers(1, 4)
few = st.lists(st.integers(0, 9), max_size=20).map(tuple)
verbs: st.SearchStrategy[Verb] = st.one_of(
    st.builds(MapVerb, st.sampled_from([None, None, 2])),
    st.builds(ModelVerb),
    st.builds(FilterVerb),
    st.builds(FlattenVerb),
    st.builds(BatchVerb, small, st.booleans()),
    st.builds(RollingVerb, small, small, st.booleans(), st.booleans()),
    st.builds(HeadVerb, st.integers(0, 12)),
    st.builds(ZipVerb, few),
    st.builds(ConcatVerb, few),
)
rows_of = st.lists(st.integers(0, 99), max_size=60)


@settings(max_examples=200, deadline=None)
@given(rows=rows_of, chain=st.lists(verbs, max_size=6), stream=st.booleans())
def test_a_chain_gives_what_lists_give(rows: list[int], chain: list[Verb], stream: bool) -> None:
    collection = DataCollection(iter(rows) if stream else rows)
    expected: list[Any] = rows
    for verb in chain:
        collection, expected = verb.chained(collection), verb.listed(expected)
    assert collection.to_list() == expected


@settings(max_examples=100, deadline=None)
@given(rows=rows_of, chain=st.lists(verbs, max_size=5))
def test_rows_that_are_kept_are_the_rows_that_are_computed(
    rows: list[int], chain: list[Verb]
) -> None:
    collection = DataCollection(rows).unstream()
    expected: list[Any] = rows
    for verb in chain:
        collection, expected = verb.chained(collection), verb.listed(expected)
    assert list(collection) == expected
    assert list(collection) == expected
    assert len(collection) == len(expected)


@dataclass
class FailsOn:
    """Passes a number on, but raises on some."""

    bad: frozenset[int]
    seen: list[int] = field(default_factory=list)

    def __call__(self, value: int) -> int:
        if value in self.bad:
            raise ValueError(f"{value} is bad")
        return value


class FailingModel(ModelOperator[int, int]):
    def __init__(self, bad: frozenset[int]) -> None:
        self.check = FailsOn(bad)

    def prepare(self, value: int) -> int:
        return value

    def forward(self, prepared: Sequence[int]) -> Sequence[int]:
        return [self.check(value) for value in prepared]


Make = Callable[[DataCollection, frozenset[int]], DataCollection]
places: dict[str, Make] = {
    "inline": lambda c, bad: c.map(FailsOn(bad)),
    "filter": lambda c, bad: c.filter(lambda value: FailsOn(bad)(value) >= 0),
    "threads": lambda c, bad: c.pmap(FailsOn(bad), 2),
    "model": lambda c, bad: c.map(FailingModel(bad)),
}
failing = st.lists(
    st.tuples(st.sampled_from(sorted(places)), st.frozensets(st.integers(0, 49), max_size=12)),
    min_size=1,
    max_size=3,
)


def failing_chain(steps: list[tuple[str, frozenset[int]]]) -> DataCollection:
    collection = DataCollection.range(50)
    for place, bad in steps:
        collection = places[place](collection, bad)
    return collection


@settings(max_examples=100, deadline=None)
@given(steps=failing)
def test_raise_delivers_all_rows_before_the_first_that_fails(
    steps: list[tuple[str, frozenset[int]]],
) -> None:
    first = min((row for _, bad in steps for row in bad), default=None)
    delivered: list[int] = []
    if first is None:
        assert failing_chain(steps).to_list() == list(range(50))
        return
    with pytest.raises(OperatorError) as caught:
        delivered.extend(iter(failing_chain(steps)))
    assert caught.value.key == first
    assert delivered == list(range(first))


@settings(max_examples=100, deadline=None)
@given(steps=failing)
def test_skip_loses_the_failing_rows_and_no_other(steps: list[tuple[str, frozenset[int]]]) -> None:
    bad = {row for _, rows in steps for row in rows}
    kept = failing_chain(steps).config(on_error="skip").to_list()
    assert kept == [row for row in range(50) if row not in bad]


@settings(max_examples=100, deadline=None)
@given(steps=failing)
def test_keep_marks_the_failing_rows_and_no_other(steps: list[tuple[str, frozenset[int]]]) -> None:
    bad = {row for _, rows in steps for row in rows}
    kept = failing_chain(steps).config(on_error="keep").to_list()
    assert [row if not isinstance(row, Failure) else None for row in kept] == [
        None if row in bad else row for row in range(50)
    ]
    assert [row.key for row in kept if isinstance(row, Failure)] == sorted(bad)


@settings(max_examples=100, deadline=None)
@given(steps=failing)
def test_exception_safe_makes_the_failing_rows_empty_and_no_other(
    steps: list[tuple[str, frozenset[int]]],
) -> None:
    bad = {row for _, rows in steps for row in rows}
    collection = DataCollection.range(50).exception_safe()
    for place, rows in steps:
        collection = places[place](collection, rows)
    assert collection.fill_empty(-1).to_list() == [-1 if r in bad else r for r in range(50)]


# -- passes ------------------------------------------------------------------------------------


def unrewritten(plan: Plan) -> list[Any]:
    """The elements of a plan whose steps run one after the other, as they stand."""
    chunks = read(plan.source, lambda inner: iter(()), ReadSize(2**20))  # type: ignore[arg-type]
    operators = Operators()
    for stage in stages(plan):
        if stage.whole:
            chunks = transform(stage.steps[0], chunks)
        else:
            program = RowProgram(stage.steps, operators, plan.options.on_error)
            chunks = iter([program.run(chunk).chunk for chunk in chunks])
    return [element for chunk in chunks for element in chunk.elements()]


row_verbs: st.SearchStrategy[Verb] = st.one_of(
    st.builds(MapVerb, st.sampled_from([None, 2])),
    st.builds(ModelVerb),
    st.builds(FilterVerb),
    st.builds(HeadVerb, st.integers(0, 12)),
    st.builds(BatchVerb, small, st.booleans()),
)


@settings(max_examples=100, deadline=None)
@given(rows=rows_of, chain=st.lists(row_verbs, max_size=6))
@pytest.mark.parametrize("rewriting", [push_head, split_models, rewrite])
def test_a_rewritten_plan_gives_the_same_rows(
    rewriting: Callable[[Plan], Plan], rows: list[int], chain: list[Verb]
) -> None:
    collection = DataCollection(rows)
    for verb in chain:
        collection = verb.chained(collection)
    plan = collection._plan
    assert unrewritten(rewriting(plan)) == unrewritten(plan)


names = st.sampled_from("abcd")


@settings(max_examples=200, deadline=None)
@given(
    calls=st.lists(st.tuples(names, names, st.booleans()), max_size=6),
    selected=st.lists(names, min_size=1, max_size=3, unique=True).map(tuple),
)
@pytest.mark.parametrize("rewriting", [drop_columns, split_models, rewrite])
def test_a_plan_over_columns_gives_the_same_rows_when_it_is_rewritten(
    rewriting: Callable[[Plan], Plan],
    calls: list[tuple[str, str, bool]],
    selected: tuple[str, ...],
) -> None:
    columns = {name: [place * 10 + ord(name) for place in range(7)] for name in "abcd"}
    rows = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    plan = DataCollection(rows).as_entity(schema=list("abcd"))._plan
    for read_from, written_to, is_model in calls:
        plan = plan.then(Map(Plus() if is_model else tripled, (read_from,), (written_to,)))
    plan = plan.then(Select(selected))
    assert unrewritten(rewriting(plan)) == unrewritten(plan)
