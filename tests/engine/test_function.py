"""A plan that starts from an argument is a function."""

from __future__ import annotations

import pytest

from towhee.engine.function import PlanFunction
from towhee.errors import OperatorError, UsageError
from towhee.plan import Plan
from towhee.plan.source import Argument, Values
from towhee.plan.step import Filter, Flatten, Map, Step


def function(*steps: Step, **options: str) -> PlanFunction:
    return PlanFunction(Plan.of(Argument()).with_steps(steps).with_options(**options))


def test_one_value_gives_one_result() -> None:
    assert function(Map(str), Map(len))(1234) == 4


def test_several_values_give_all_results() -> None:
    assert function(Map(str)).batch([1, 2]) == ["1", "2"]


def test_a_chain_that_may_give_several_rows_gives_a_list() -> None:
    assert function(Flatten())([1, 2]) == [1, 2]
    assert function(Filter(bool))(0) == []


def test_results_of_many_values_come_as_they_are_computed() -> None:
    seen: list[int] = []

    def note(value: int) -> int:
        seen.append(value)
        return value

    results = function(Map(note)).stream(range(1000))
    assert next(results) == 0
    assert len(seen) < 1000
    results.close()  # type: ignore[attr-defined]


def test_a_failing_call_names_operator_and_value() -> None:
    with pytest.raises(OperatorError, match=r"row 'x': map\(int\) raised ValueError") as caught:
        function(Map(int))("x")
    assert caught.value.key == "x"


def test_a_failing_call_may_leave_its_failure_among_the_results() -> None:
    results = function(Map(int), on_error="keep").batch(["1", "x", "2"])
    assert [results[0], results[2]] == [1, 2]
    assert results[1].key == "x"


def test_preload_makes_the_operators_before_the_first_call() -> None:
    chain = function(Map(str))
    chain.preload()
    assert chain(1) == "1"


def test_a_plan_over_data_is_no_function() -> None:
    with pytest.raises(UsageError, match="no function of an argument"):
        PlanFunction(Plan.of(Values([1])))
