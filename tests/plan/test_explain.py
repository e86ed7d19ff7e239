"""``explain`` tells what a chain does and where each part of it runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from towhee import DataCollection, dc
from towhee.operators.base import ModelOperator
from towhee.plan import Plan, explain
from towhee.plan.source import Values
from towhee.plan.step import Map


class Embed(ModelOperator[Any, Any]):
    __name__ = "embed"

    def prepare(self, value: Any) -> Any:
        return value

    def forward(self, prepared: Sequence[Any]) -> Sequence[Any]:
        return prepared


def test_steps_and_stages_are_listed() -> None:
    text = DataCollection.range(3).map(str).batch(2).explain()
    assert text == (
        "values(range(0, 3))\n"
        "  map(str)\n"
        "  batch(2)\n"
        "runs as\n"
        "  1. where the rows are read: map(str)\n"
        "  2. where the rows are read: batch(2)"
    )


def test_a_model_is_shown_prepared_in_threads_and_run_in_batches() -> None:
    text = explain(Plan.of(Values([1])).then(Map(Embed())))
    assert "1. in threads: map(embed).prepare" in text
    assert "2. in batches: map(embed).forward" in text


def test_columns_are_shown_with_the_steps_that_read_and_write_them() -> None:
    text = dc["a", "b"]([(1, 2)]).runas_op[("a", "b"), "c"](func=max).explain()
    assert "runas_op(func=max)  [a, b -> c]" in text


def test_the_plans_inside_a_zip_are_shown() -> None:
    text = DataCollection([1]).map(str).zip([2]).explain()
    assert text.splitlines() == [
        "zip(2 collections)",
        "    values(1 rows)",
        "      map(str)",
        "    values(1 rows)",
    ]


def test_what_happens_to_a_failing_row_is_said() -> None:
    assert DataCollection([1]).config(on_error="skip").explain().endswith("a failing row: skip")


def test_a_lambda_and_an_object_have_names() -> None:
    text = DataCollection([1]).map(lambda value: value).map(Embed()).explain()
    assert "map(<lambda>)" in text
    assert "map(embed)" in text
