"""A plan is a value: immutable, comparable, picklable, and wrong ones fail when they are made."""

from __future__ import annotations

import dataclasses
import operator
import pickle

import pytest

from towhee import DataCollection, dc
from towhee.errors import UnknownNameError, UsageError
from towhee.functional.operator_handle import ops
from towhee.hub.reference import reference
from towhee.plan import Plan
from towhee.plan.source import Concat, Stream, Table, Values, Zip
from towhee.plan.step import (
    VALUE,
    Batch,
    DropEmpty,
    Explode,
    FillEmpty,
    Filter,
    Head,
    Map,
    Rename,
    Rolling,
    Safe,
    Select,
)


def numbers() -> Plan:
    return Plan.of(Values(range(10)))


def test_a_plan_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        numbers().steps = ()  # type: ignore[misc]


def test_a_further_step_leaves_the_plan_as_it_was() -> None:
    plan = numbers()
    longer = plan.then(Map(str))
    assert plan.steps == ()
    assert longer.steps == (Map(str),)


def test_plans_of_the_same_steps_are_equal_and_hash_alike() -> None:
    one = numbers().then(Map(str)).then(Head(3))
    other = numbers().then(Map(str)).then(Head(3))
    assert one == other
    assert hash(one) == hash(other)
    assert one != numbers().then(Map(repr)).then(Head(3))


def test_plans_that_run_differently_are_not_equal() -> None:
    assert numbers().with_options(on_error="skip") != numbers()


def test_a_plan_over_a_list_has_no_hash() -> None:
    with pytest.raises(TypeError):
        hash(Plan.of(Values([1, 2])))


def test_a_plan_of_named_functions_travels_between_processes() -> None:
    plan = numbers().then(Map(operator.neg)).then(Filter(bool)).then(Head(2))
    assert pickle.loads(pickle.dumps(plan)) == plan


def test_a_plan_of_operators_travels_between_processes() -> None:
    plan = Plan.of(Table({"a": [1], "b": [2]})).then(
        Map(reference("tensor_reshape", shape=(1,)), ("a",), ("c",))
    )
    assert pickle.loads(pickle.dumps(plan)) == plan


def test_a_handle_in_a_chain_is_held_as_its_reference() -> None:
    chained = DataCollection([1]).map(ops.tensor_reshape(shape=(1,)))
    assert chained._plan.steps == (Map(reference("tensor_reshape", shape=(1,))),)


def test_a_plan_knows_its_columns_before_it_runs() -> None:
    plan = Plan.of(Table({"a": [1], "b": [2]}))
    plan = plan.then(Map(str, ("a",), ("c",)))
    assert plan.columns == ("a", "b", "c")
    assert plan.then(Select(("c", "a"))).columns == ("c", "a")
    assert plan.then(Rename((("c", "d"),))).columns == ("a", "b", "d")
    assert plan.then(Batch(2)).columns == ("a", "b", "c")
    assert plan.then(Rolling(2)).columns == (VALUE,)
    assert plan.then(Map(str)).columns == (VALUE,)


def test_columns_are_unknown_behind_elements_that_are_opened() -> None:
    assert numbers().then(Explode()).columns is None
    assert numbers().then(Explode(("a",))).columns == ("a",)


@pytest.mark.parametrize(
    "step", [Map(str, ("pth",), ("x",)), Filter(bool, ("pth",)), Select(("pth",))]
)
def test_a_wrong_column_fails_when_the_chain_is_built(step: Map | Filter | Select) -> None:
    with pytest.raises(UnknownNameError, match="no column is called 'pth'; did you mean 'path'"):
        Plan.of(Table({"path": ["a"], "label": [1]})).then(step)


def test_the_message_about_a_wrong_column_says_what_the_rows_have() -> None:
    with pytest.raises(UnknownNameError, match="the rows have one unnamed value"):
        numbers().then(Select(("a",)))


def test_rename_to_a_name_that_is_taken_fails_when_the_chain_is_built() -> None:
    with pytest.raises(UsageError, match="two columns one name"):
        Plan.of(Table({"a": [1], "b": [2]})).then(Rename((("a", "b"),)))


def test_a_wrong_operator_fails_when_the_chain_is_built() -> None:
    with pytest.raises(AttributeError, match="did you mean 'tensor_hstack'"):
        _ = dc["a"]([1]).tensor_hstak


def test_a_wrong_keyword_of_an_operator_fails_when_the_chain_is_built() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'shape'"):
        dc["a"]([1]).tensor_reshape["a", "b"](shap=(1,))


def test_a_plan_reads_once_if_any_part_of_it_does() -> None:
    stream = Plan.of(Stream.of_iterator(iter([1])))
    assert Plan.of(Zip((numbers(), stream))).is_stream
    assert Plan.of(Concat((numbers(), stream))).is_stream
    assert not Plan.of(Concat((numbers(), numbers()))).is_stream


@pytest.mark.parametrize("leaving", [FillEmpty(), DropEmpty(), Batch(2), Rolling(2)])
def test_elements_are_options_from_safe_to_the_step_that_takes_them_out(leaving: object) -> None:
    plan = numbers().then(Safe()).then(Map(str))
    assert plan.is_safe
    assert not plan.then(leaving).is_safe  # type: ignore[arg-type]
    assert not numbers().is_safe
