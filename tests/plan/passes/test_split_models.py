"""``split_models`` prepares a model's inputs apart from its forward pass."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from towhee.operators.base import ModelOperator
from towhee.plan import Plan
from towhee.plan.passes import split_models
from towhee.plan.source import Table, Values
from towhee.plan.step import Drop, Map


class Embed(ModelOperator[Any, Any]):
    def prepare(self, value: Any) -> Any:
        return value

    def forward(self, prepared: Sequence[Any]) -> Sequence[Any]:
        return prepared


EMBED = Embed()


def test_a_model_on_elements_becomes_two_steps() -> None:
    steps = split_models(Plan.of(Values([1])).then(Map(EMBED))).steps
    assert steps == (Map(EMBED, role="prepare"), Map(EMBED, role="forward"))


def test_a_model_on_columns_prepares_into_a_column_that_goes_afterwards() -> None:
    split = split_models(Plan.of(Table({"a": [1]})).then(Map(EMBED, ("a",), ("vec",))))
    prepare, forward, drop = split.steps
    assert isinstance(prepare, Map)
    assert isinstance(forward, Map)
    assert prepare.outputs == forward.inputs
    assert prepare.outputs is not None
    assert drop == Drop(prepare.outputs)
    assert split.columns == ("a", "vec")


def test_functions_stay_one_step() -> None:
    plan = Plan.of(Values([1])).then(Map(str))
    assert split_models(plan) == plan
