"""``push_head`` takes the first rows before the work on them."""

from __future__ import annotations

from towhee.plan import Plan
from towhee.plan.passes import push_head
from towhee.plan.source import Values
from towhee.plan.step import Filter, Head, Map, Step


def plan(*steps: Step, **options: str) -> Plan:
    return Plan.of(Values(range(9))).with_steps(steps).with_options(**options)


def test_a_head_moves_in_front_of_maps() -> None:
    assert push_head(plan(Map(str), Map(len), Head(2))).steps == (Head(2), Map(str), Map(len))


def test_a_head_stays_behind_a_filter() -> None:
    steps = (Filter(bool), Map(str), Head(2))
    assert push_head(plan(*steps)).steps == (Filter(bool), Head(2), Map(str))


def test_a_head_stays_where_failing_rows_are_skipped() -> None:
    skipping = plan(Map(str), Head(2), on_error="skip")
    assert push_head(skipping) == skipping


def test_each_head_moves() -> None:
    moved = push_head(plan(Map(str), Head(5), Map(len), Head(2))).steps
    assert moved == (Head(5), Head(2), Map(str), Map(len))
