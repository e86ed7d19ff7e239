"""The queue of a model and its threads; the work waits for events, never for time."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from typing import Any

import pytest

from towhee.serve.forming import BatchRules
from towhee.serve.lane import Lane
from towhee.serve.refusals import Refusal


class Told:
    """Notes the sizes of batches."""

    def __init__(self) -> None:
        self.sizes: list[int] = []

    def began(self, waited: Sequence[float]) -> None:
        assert all(seconds >= 0 for seconds in waited)

    def ended(self, inputs: int, seconds: float) -> None:
        self.sizes.append(inputs)


class Gate:
    """Work that stops at a gate until the test opens it."""

    def __init__(self) -> None:
        self.entered, self.opened = threading.Event(), threading.Event()
        self.seen: list[Any] = []

    def __call__(self, values: Sequence[Any]) -> list[Any]:
        self.seen += values
        self.entered.set()
        assert self.opened.wait(30)
        return [2 * value for value in values]


def submitted(lane: Lane, values: Sequence[Any]) -> list[Future[Any]]:
    """The futures of inputs that were put into a lane."""
    return [each.future for each in lane.submit(values)]


@pytest.fixture
def gate() -> Iterator[Gate]:
    made = Gate()
    yield made
    made.opened.set()


def test_what_comes_while_the_model_works_is_the_next_batch(gate: Gate) -> None:
    told = Told()
    lane = Lane("double", gate, BatchRules(max_batch=8, runs=1), told)
    first = submitted(lane, [1])
    assert gate.entered.wait(30)
    others = [submitted(lane, [value])[0] for value in (2, 3, 4)]
    gate.opened.set()
    assert [future.result(30) for future in [*first, *others]] == [2, 4, 6, 8]
    lane.close()
    assert told.sizes == [1, 3]


def test_an_input_whose_client_has_gone_is_never_computed(gate: Gate) -> None:
    lane = Lane("double", gate, BatchRules(runs=1), Told())
    submitted(lane, [1])
    assert gate.entered.wait(30)
    gone, stays = submitted(lane, [2, 3])
    gone.cancel()
    gate.opened.set()
    assert stays.result(30) == 6
    lane.close()
    assert gate.seen == [1, 3]


def test_a_full_queue_refuses_a_request_as_a_whole_and_says_when_to_come_again(gate: Gate) -> None:
    lane = Lane("double", gate, BatchRules(max_queue=3, runs=1), Told())
    submitted(lane, [1])
    assert gate.entered.wait(30)
    waiting = submitted(lane, [2, 3])
    with pytest.raises(Refusal, match="2 inputs waiting") as refused:
        submitted(lane, [4, 5])
    assert (refused.value.status, refused.value.headers) == (503, {"Retry-After": "1"})
    waiting[0].cancel()
    assert lane.queued == 2
    after = submitted(lane, [4, 5])  # one that is cancelled takes no room
    gate.opened.set()
    assert [future.result(30) for future in after] == [8, 10]
    lane.close()
    assert gate.seen == [1, 3, 4, 5]


def test_closing_answers_what_waits_and_takes_no_more(gate: Gate) -> None:
    lane = Lane("double", gate, BatchRules(max_batch=1, runs=1), Told())
    futures = submitted(lane, [1, 2, 3])
    assert gate.entered.wait(30)
    closing = threading.Thread(target=lane.close)
    closing.start()
    gate.opened.set()
    closing.join(30)
    assert [future.result(0) for future in futures] == [2, 4, 6]
    with pytest.raises(Refusal, match="unloaded"):
        submitted(lane, [4])


def test_work_that_raises_fails_its_batch_and_the_lane_lives_on() -> None:
    def work(values: Sequence[Any]) -> list[Any]:
        return [1 // value for value in values]

    lane = Lane("inverse", work, BatchRules(runs=1), Told())
    (failed,) = submitted(lane, [0])
    with pytest.raises(ZeroDivisionError):
        failed.result(30)
    assert lane.is_alive
    assert submitted(lane, [1])[0].result(30) == 1
    lane.close()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_lane_whose_thread_has_ended_says_so_and_leaves_nobody_waiting(gate: Gate) -> None:
    def work(values: Sequence[Any]) -> list[Any]:
        gate(values)
        raise SystemExit("as a library may do")

    lane = Lane("exits", work, BatchRules(max_batch=1, runs=1), Told())
    one, other = submitted(lane, [1, 2])
    assert lane.is_alive
    gate.opened.set()
    for future in (one, other):
        with pytest.raises(RuntimeError, match="has stopped"):
            future.result(30)
    lane.close()
    assert not lane.is_alive


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_lane_whose_look_ends_its_thread_leaves_nobody_waiting() -> None:
    def look(value: int) -> tuple[int, int]:
        raise SystemExit("as a library may do")

    lane = Lane("exits", list, BatchRules(runs=1), Told(), look)
    (future,) = submitted(lane, [1])
    with pytest.raises(RuntimeError, match="has stopped"):
        future.result(30)
    lane.close()
    assert not lane.is_alive


def test_an_idle_model_waits_for_company_no_longer_than_it_is_told() -> None:
    told = Told()
    lane = Lane("same", list, BatchRules(max_batch=2, max_wait=3600, runs=1), told)
    first = submitted(lane, ["a"])
    second = submitted(lane, ["b"])  # the batch is full, so the hour is not waited for
    assert [future.result(30) for future in [*first, *second]] == ["a", "b"]
    lane.close()
    assert told.sizes == [2]


def test_inputs_are_looked_at_once_by_a_thread_of_the_lane_and_like_lengths_share_a_batch(
    gate: Gate,
) -> None:
    seen: list[tuple[int, str]] = []

    def look(value: int) -> tuple[int, int]:
        seen.append((value, threading.current_thread().name))
        return 10 * value, value

    told = Told()
    lane = Lane("double", gate, BatchRules(max_batch=3, runs=1), told, look)
    first = submitted(lane, [1])
    assert gate.entered.wait(30)
    others = submitted(lane, [50, 7, 51, 6, 52])
    gate.opened.set()
    results = [future.result(30) for future in [*first, *others]]
    assert results == [20, 1000, 140, 1020, 120, 1040]
    lane.close()
    assert gate.seen == [10, 500, 510, 520, 60, 70]
    assert [value for value, _ in seen] == [1, 50, 7, 51, 6, 52]
    assert {name for _, name in seen} == {"towhee-serve-double-0"}
    assert told.sizes == [1, 3, 2]
