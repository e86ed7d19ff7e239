"""What every engine promises, whatever its threads do.

The tests run on each engine that the fixture ``elements`` names. A *placement* is a place where
a step runs: between its neighbours, in the threads, or as a model in batches.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import pytest

from towhee import DataCollection, Failure
from towhee.errors import DataError, OperatorError
from towhee.operators.base import ModelOperator, Operator, Placement
from towhee.plan import Plan
from towhee.plan.source import Concat, Stream, Table, Values, Zip
from towhee.plan.step import Batch, Filter, Flatten, Head, Map, Select, Shuffle

Elements = Callable[..., Iterator[Any]]
Make = Callable[[Callable[[Any], Any]], Map]
WAIT = 30  # seconds after which a test that would hang fails instead


class Sized(ModelOperator[Any, int]):
    """A model whose result for a row is how many rows its batch has."""

    def prepare(self, value: Any) -> Any:
        return value

    def forward(self, prepared: Sequence[Any]) -> Sequence[int]:
        return [len(prepared)] * len(prepared)


class Model(ModelOperator[Any, Any]):
    """A model whose forward pass is a function of each row, and which notes its batches."""

    def __init__(self, function: Callable[[Any], Any]) -> None:
        self.function = function
        self.batches: list[int] = []

    def prepare(self, value: Any) -> Any:
        return value

    def forward(self, prepared: Sequence[Any]) -> Sequence[Any]:
        self.batches.append(len(prepared))
        return [self.function(value) for value in prepared]


def inline(function: Callable[[Any], Any]) -> Map:
    return Map(function)


def threads(function: Callable[[Any], Any]) -> Map:
    return Map(function, workers=3)


def model(function: Callable[[Any], Any]) -> Map:
    return Map(Model(function))


everywhere = pytest.mark.parametrize("place", [inline, threads, model])
sees_the_work = pytest.mark.one_process("the function tells this test of its calls")
sees_the_threads = pytest.mark.one_process("it is about the threads of this process")


def plan_over(rows: Any, *steps: Any) -> Plan:
    return Plan.of(Values(rows)).with_steps(steps)


def fails_on(*bad: int) -> Callable[[int], int]:
    def checked(value: int) -> int:
        if value in bad:
            raise ValueError(f"{value} is bad")
        return value

    return checked


# -- order -------------------------------------------------------------------------------------


@everywhere
def test_rows_come_in_the_order_of_the_source(elements: Elements, place: Make) -> None:
    rows = range(500)
    assert list(elements(plan_over(rows, place(lambda value: -value)))) == [-row for row in rows]


@sees_the_work
def test_a_row_that_takes_longer_than_those_behind_it_still_comes_first(elements: Elements) -> None:
    second_is_done = threading.Event()

    def wait_for_the_second(value: int) -> int:
        if value == 0:
            assert second_is_done.wait(WAIT)
        if value == 1:
            second_is_done.set()
        return value

    plan = plan_over(range(20), Map(wait_for_the_second, workers=2))
    assert list(elements(plan)) == list(range(20))


@sees_the_work
def test_several_threads_work_at_once(elements: Elements) -> None:
    together = threading.Barrier(3, timeout=WAIT)

    def meet(value: int) -> int:
        together.wait()
        return value

    assert list(elements(plan_over(range(3), Map(meet, workers=3)))) == [0, 1, 2]


def test_a_model_and_the_threads_before_it_keep_the_order(elements: Elements) -> None:
    plan = plan_over(range(300), threads(lambda v: v + 1), model(lambda v: v * 2), inline(str))
    assert list(elements(plan)) == [str(2 * (row + 1)) for row in range(300)]


# -- stopping early ----------------------------------------------------------------------------


class Counted:
    """An endless source that counts what is read from it."""

    def __init__(self) -> None:
        self.read = 0

    def __iter__(self) -> Iterator[int]:
        return self

    def __next__(self) -> int:
        self.read += 1
        return self.read - 1


@everywhere
def test_a_source_is_not_read_far_beyond_what_is_taken(elements: Elements, place: Make) -> None:
    source = Counted()
    running = elements(Plan.of(Stream.of_iterator(source)).then(place(lambda value: value)))
    taken = [next(running) for _ in range(10)]
    running.close()  # type: ignore[attr-defined]
    assert taken == list(range(10))
    assert source.read <= 64


@everywhere
def test_nothing_is_read_after_the_consumer_closes(elements: Elements, place: Make) -> None:
    source = Counted()
    running = elements(Plan.of(Stream.of_iterator(source)).then(place(lambda value: value)))
    next(running)
    running.close()  # type: ignore[attr-defined]
    read = source.read
    assert not [t for t in threading.enumerate() if t.name.startswith("towhee")]
    assert source.read == read


@everywhere
def test_head_ends_an_endless_source(elements: Elements, place: Make) -> None:
    source = Counted()
    plan = Plan.of(Stream.of_iterator(source)).with_steps((place(str), Filter(bool), Head(5)))
    assert list(elements(plan)) == ["0", "1", "2", "3", "4"]
    assert source.read <= 64


@sees_the_work
def test_work_that_runs_when_the_consumer_closes_is_waited_for(elements: Elements) -> None:
    going_on = threading.Event()
    running_now: list[int] = []

    def work(value: int) -> int:
        if value == 0:
            return value
        running_now.append(value)
        assert going_on.wait(WAIT)
        running_now.remove(value)
        return value

    running = elements(plan_over(range(100), Map(work, workers=2)))
    assert next(running) == 0
    going_on.set()
    running.close()  # type: ignore[attr-defined]
    assert running_now == []


# -- errors ------------------------------------------------------------------------------------


@everywhere
def test_the_rows_before_a_failing_one_are_delivered_first(elements: Elements, place: Make) -> None:
    running = elements(plan_over(range(1000), place(fails_on(57))))
    delivered: list[int] = []
    with pytest.raises(OperatorError):
        delivered.extend(running)
    assert delivered == list(range(57))


@everywhere
def test_an_error_names_row_operator_and_value(elements: Elements, place: Make) -> None:
    rows = [f"row-{n}" for n in range(100)]
    plan = Plan.of(Values(rows, [f"key-{n}" for n in range(100)]))

    def refuse(value: str) -> str:
        if value == "row-57":
            raise ValueError("will not do")
        return value

    with pytest.raises(OperatorError) as caught:
        list(elements(plan.then(place(refuse))))
    error = caught.value
    assert error.key == "key-57"
    assert error.value == "'row-57'"
    assert error.operator in str(error)
    assert "row 'key-57'" in str(error)
    assert "ValueError: will not do" in str(error)
    assert 'on_error="skip"' in str(error)
    assert isinstance(error.__cause__, ValueError)


def test_the_first_failing_row_is_reported_whichever_step_it_fails_in(elements: Elements) -> None:
    plan = plan_over(range(100), inline(fails_on(60)), inline(fails_on(40)))
    with pytest.raises(OperatorError) as caught:
        list(elements(plan))
    assert caught.value.key == 40


@everywhere
@pytest.mark.parametrize("bad", [{0}, {57}, {99}, {3, 4, 57, 58, 98}, set(range(100))])
def test_skip_loses_the_failing_rows_alone(elements: Elements, place: Make, bad: set[int]) -> None:
    plan = plan_over(range(100), place(fails_on(*bad)))
    assert list(elements(plan, on_error="skip")) == [row for row in range(100) if row not in bad]


@everywhere
@pytest.mark.parametrize("bad", [{0}, {57}, {99}, {3, 4, 57, 58, 98}, set(range(100))])
def test_keep_marks_the_failing_rows_alone(elements: Elements, place: Make, bad: set[int]) -> None:
    kept = list(elements(plan_over(range(100), place(fails_on(*bad))), on_error="keep"))
    assert len(kept) == 100
    for row, value in enumerate(kept):
        if row in bad:
            assert isinstance(value, Failure)
            assert (value.key, value.value, str(value.error)) == (row, row, f"{row} is bad")
        else:
            assert value == row


def test_skipped_rows_are_logged(elements: Elements, caplog: pytest.LogCaptureFixture) -> None:
    list(elements(plan_over(range(9), inline(fails_on(3, 5))), on_error="skip"))
    told = [record for record in caplog.records if record.name == "towhee.engine.rows"]
    assert [record.args[0] for record in told if record.args] == [3, 5]  # type: ignore[index]


@sees_the_work
def test_a_batch_that_fails_is_split_until_the_culprit_stands_alone(elements: Elements) -> None:
    embed = Model(fails_on(5))
    kept = list(elements(plan_over(range(8), Map(embed)), on_error="skip", batch_size=8))
    assert kept == [0, 1, 2, 3, 4, 6, 7]
    assert embed.batches == [8, 4, 4, 2, 1, 1, 2]


def test_a_row_that_cannot_be_prepared_costs_its_batch_nothing(elements: Elements) -> None:
    class Picky(Model):
        def prepare(self, value: Any) -> Any:
            return fails_on(5)(value)

    kept = list(elements(plan_over(range(8), Map(Picky(str))), on_error="skip", batch_size=8))
    assert kept == ["0", "1", "2", "3", "4", "6", "7"]


def test_a_failed_row_is_not_shown_to_later_steps(elements: Elements) -> None:
    plan = plan_over(range(4), inline(fails_on(2)), inline(lambda shown: ("shown", shown)))
    kept = list(elements(plan, on_error="keep"))
    assert kept[:2] + kept[3:] == [("shown", 0), ("shown", 1), ("shown", 3)]
    assert isinstance(kept[2], Failure)
    assert str(kept[2].error) == "2 is bad"


@everywhere
def test_a_function_that_raises_stop_iteration_fails_its_row(
    elements: Elements, place: Make
) -> None:
    def stop(value: int) -> int:
        if value == 3:
            raise StopIteration
        return value

    plan = plan_over(range(6), place(stop))
    assert list(elements(plan, on_error="skip")) == [0, 1, 2, 4, 5]
    with pytest.raises(OperatorError) as caught:
        list(elements(plan))
    assert caught.value.key == 3


@everywhere
def test_a_source_that_raises_half_way_delivers_what_came_before(
    elements: Elements, place: Make
) -> None:
    def half() -> Iterator[int]:
        yield from range(57)
        raise OSError("the disk is gone")

    delivered: list[int] = []
    running = elements(Plan.of(Stream.of_iterator(half())).then(place(lambda value: value)))
    with pytest.raises(OSError, match="the disk is gone"):
        delivered.extend(running)
    assert delivered == list(range(57))


@sees_the_threads
@everywhere
def test_an_interrupt_passes_through_and_leaves_no_thread(elements: Elements, place: Make) -> None:
    def interrupted(value: int) -> int:
        if value == 20:
            raise KeyboardInterrupt
        return value

    with pytest.raises(KeyboardInterrupt) as caught:
        list(elements(plan_over(range(1000), place(interrupted))))
    assert not [t for t in threading.enumerate() if t.name.startswith("towhee")]
    del caught


@sees_the_threads
def test_an_error_ends_the_threads_of_the_plans_inside_it(elements: Elements) -> None:
    inner = plan_over(range(1000), threads(lambda value: value))
    outer = Plan.of(Zip((inner, inner))).then(inline(lambda pair: fails_on(5)(pair[0])))
    with pytest.raises(OperatorError) as caught:  # the exception keeps the frames of the run
        list(elements(outer))
    assert not [t for t in threading.enumerate() if t.name.startswith("towhee")]
    assert caught.value.key == 5


def test_a_verdict_that_is_neither_true_nor_false_names_its_row(elements: Elements) -> None:
    plan = plan_over([1, np.zeros(2), 3], Filter(lambda value: value == 3))
    with pytest.raises(OperatorError, match="truth value") as caught:
        list(elements(plan))
    assert caught.value.key == 1
    assert list(elements(plan, on_error="skip")) == [3]


@pytest.mark.one_process("the element is a generator of this process")
def test_an_element_that_cannot_be_flattened_fails_alone(elements: Elements) -> None:
    def broken() -> Iterator[int]:
        yield 1
        raise ValueError("half a list")

    plan = plan_over([[1, 2], broken(), [3]], Flatten())
    # It is read as it goes, so what it gave before is there.
    assert list(elements(plan, on_error="skip")) == [1, 2, 1, 3]


def test_a_row_without_the_column_fails_alone(elements: Elements) -> None:
    rows = DataCollection([{"a": 1}, {"b": 2}, {"a": 3}]).as_entity()._plan
    for step in (Select(("a",)), Map(str, ("a",), ("c",))):
        with pytest.raises(OperatorError, match="no column is called 'a'") as caught:
            list(elements(rows.then(step)))
        assert caught.value.key == 1
        assert [row.a for row in elements(rows.then(step), on_error="skip")] == [1, 3]


# -- memory ------------------------------------------------------------------------------------


ROW_BYTES = 1_000_000
LIMIT = 8 * ROW_BYTES


class InFlight:
    """Counts the rows that were made and not yet taken."""

    def __init__(self) -> None:
        self.most = self.now = 0
        self._lock = threading.Lock()

    def make(self, _: Any) -> bytes:
        with self._lock:
            self.now += 1
            self.most = max(self.most, self.now)
        return bytes(ROW_BYTES)

    def taken(self) -> None:
        with self._lock:
            self.now -= 1


@sees_the_work
@pytest.mark.parametrize("place", [inline, threads])
def test_big_rows_wait_within_the_memory_limit(elements: Elements, place: Make) -> None:
    flight = InFlight()
    for _ in elements(plan_over(range(200), place(flight.make)), memory_limit=LIMIT, num_worker=2):
        flight.taken()
    assert flight.now == 0
    assert flight.most * ROW_BYTES <= LIMIT + ROW_BYTES  # the one that the consumer holds


def test_a_source_of_big_rows_is_read_within_the_memory_limit(elements: Elements) -> None:
    flight = InFlight()
    plan = Plan.of(Stream.of_iterator(map(flight.make, range(200)))).then(inline(len))
    for _ in elements(plan, memory_limit=LIMIT):
        flight.taken()
    assert flight.most * ROW_BYTES <= LIMIT + ROW_BYTES


def test_batches_of_big_rows_stay_within_the_memory_limit(elements: Elements) -> None:
    plan = plan_over(range(100), inline(lambda _: bytes(ROW_BYTES)), Map(Sized()))
    sizes = list(elements(plan, memory_limit=LIMIT))
    assert len(sizes) == 100
    assert max(sizes) * ROW_BYTES <= LIMIT


# -- batches -----------------------------------------------------------------------------------


def test_a_model_is_given_batches_of_the_size_asked_for(elements: Elements) -> None:
    sizes = list(elements(plan_over(range(20), Map(Sized())), batch_size=8))
    assert sizes == [8] * 16 + [4] * 4


@everywhere
def test_nothing_left_by_a_filter_is_nothing_to_work_on(elements: Elements, place: Make) -> None:
    def never(_: Any) -> Any:
        raise AssertionError("there is no row to work on")

    assert list(elements(plan_over(range(50), Filter(lambda _: False), place(never)))) == []


def test_an_operator_is_given_whole_batches(elements: Elements) -> None:
    class Summed(Operator[int, int]):
        placement: Placement = "model"  # type: ignore[misc]

        def batch(self, values: Sequence[int]) -> Sequence[int]:
            return [sum(values)] * len(values)

    sums = list(elements(plan_over(range(50), Map(Summed())), batch_size=16))
    batches = [range(16), range(16, 32), range(32, 48), range(48, 50)]
    assert sums == [sum(batch) for batch in batches for _ in batch]


def test_a_batch_with_too_few_results_fails(elements: Elements) -> None:
    class Short(Model):
        def forward(self, prepared: Sequence[Any]) -> Sequence[Any]:
            return prepared[1:]

    with pytest.raises(OperatorError, match="a batch of 1 rows gave 0 results"):
        list(elements(plan_over(range(3), Map(Short(str)))))


@sees_the_work
def test_an_operator_is_set_up_once_before_its_first_row(elements: Elements) -> None:
    class Weighty(Model):
        set_up = 0

        def setup(self) -> None:
            self.set_up += 1

        def prepare(self, value: Any) -> Any:
            assert self.set_up == 1
            return value

    operator = Weighty(str)
    plan = plan_over(range(100), Map(operator))
    list(elements(plan))
    list(elements(plan))
    assert operator.set_up == 1


@pytest.mark.parametrize("on_error", ["raise", "skip"])
def test_an_operator_that_cannot_be_set_up_ends_the_run(elements: Elements, on_error: str) -> None:
    class Weightless(Model):
        def setup(self) -> None:
            raise DataError("there are no weights")

    with pytest.raises(DataError, match="there are no weights"):
        list(elements(plan_over(range(5), Map(Weightless(str))), on_error=on_error))


# -- plans inside plans ------------------------------------------------------------------------


def test_zip_ends_with_the_shortest(elements: Elements) -> None:
    plan = Plan.of(Zip((plan_over(range(9), threads(str)), plan_over("abc"))))
    assert list(elements(plan)) == [("0", "a"), ("1", "b"), ("2", "c")]


def test_concat_gives_one_after_the_other(elements: Elements) -> None:
    plan = Plan.of(Concat((plan_over(range(3), threads(str)), plan_over("ab")))).then(Batch(2))
    assert list(elements(plan)) == [["0", "1"], ["2", "a"], ["b"]]


def test_a_search_may_run_a_chain_of_its_own(elements: Elements) -> None:
    data = DataCollection(range(50)).pmap(lambda n: np.array([n, 1.0], np.float32), 2)
    queries = DataCollection([np.array([7.2, 1.0], np.float32)])
    plan = queries.towhee.search_vectors(data=data, topk=2).map(lambda result: result.ids)._plan
    assert list(elements(plan)) == [[7, 8]]


def test_an_operator_may_set_up_another_in_a_thread_of_its_own_run(elements: Elements) -> None:
    class Inner(Model):
        pass

    class Outer(Model):
        def setup(self) -> None:
            inner = Inner(lambda value: value + 1)
            made = DataCollection([1]).pmap(lambda value: inner(value), 2)
            self.added = made.to_list()[0]

    assert list(elements(plan_over([5], Map(Outer(lambda value: value))))) == [5]


def test_shuffle_keeps_each_row_with_its_key(elements: Elements) -> None:
    rows = [f"r{n}" for n in range(50)]
    shuffled = Plan.of(Values(rows, rows)).then(Shuffle(seed=1)).then(inline(fails_on()))
    given = list(elements(shuffled))
    assert sorted(given) == sorted(rows)
    assert given != rows


def test_a_table_gives_rows_of_columns(elements: Elements) -> None:
    plan = Plan.of(Table({"a": [1, 2], "b": ["x", "y"]}))
    assert [dict(row) for row in elements(plan)] == [{"a": 1, "b": "x"}, {"a": 2, "b": "y"}]
