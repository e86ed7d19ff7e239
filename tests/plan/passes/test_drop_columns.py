"""``drop_columns`` lets a column go after its last use."""

from __future__ import annotations

from towhee.plan import Plan
from towhee.plan.passes import drop_columns
from towhee.plan.source import Table
from towhee.plan.step import Batch, Drop, Map, Select, Step


def plan(*steps: Step) -> Plan:
    return Plan.of(Table({"path": ["a"], "label": [1]})).with_steps(steps)


def test_a_column_goes_after_the_last_step_that_reads_it() -> None:
    decode, embed = Map(str, ("path",), ("image",)), Map(len, ("image",), ("vec",))
    steps = drop_columns(plan(decode, embed, Select(("vec",)))).steps
    assert steps == (decode, Drop(("path", "label")), embed, Drop(("image",)), Select(("vec",)))


def test_nothing_goes_where_the_result_has_all_columns() -> None:
    whole = plan(Map(str, ("path",), ("image",)))
    assert drop_columns(whole) == whole


def test_nothing_goes_in_front_of_a_step_that_may_read_any_column() -> None:
    opaque = plan(Map(str, ("path",), ("image",)), Batch(2), Select(("image",)))
    assert drop_columns(opaque) == opaque


def test_a_column_that_is_written_again_is_dropped_again() -> None:
    first, second = Map(str, ("path",), ("x",)), Map(len, ("x",), ("x",))
    steps = drop_columns(plan(first, second, Select(("label",)))).steps
    assert [step for step in steps if isinstance(step, Drop)] == [Drop(("path",)), Drop(("x",))]
