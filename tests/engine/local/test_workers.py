"""Working ahead keeps the workers busy within a budget of bytes."""

from __future__ import annotations

from towhee.engine.local.workers import Lookahead


def test_each_worker_has_one_row_until_its_weight_is_known() -> None:
    lookahead = Lookahead(workers=3, most_tasks=12, byte_limit=100)
    assert lookahead.rows_in_task == 1
    assert [lookahead.has_room(tasks, tasks) for tasks in (0, 2, 3)] == [True, True, False]


def test_light_rows_are_worked_on_as_far_ahead_as_there_are_tasks() -> None:
    lookahead = Lookahead(workers=3, most_tasks=12, byte_limit=10_000)
    lookahead.note_size(rows=1, size=1)
    assert lookahead.has_room(11, 11)
    assert not lookahead.has_room(12, 12)


def test_heavy_rows_are_worked_on_within_the_budget() -> None:
    lookahead = Lookahead(workers=3, most_tasks=12, byte_limit=100)
    lookahead.note_size(rows=1, size=30)
    assert lookahead.has_room(2, 2)
    assert not lookahead.has_room(3, 3)


def test_a_row_heavier_than_the_budget_is_worked_on_alone() -> None:
    lookahead = Lookahead(workers=3, most_tasks=12, byte_limit=100)
    lookahead.note_size(rows=1, size=500)
    assert lookahead.has_room(0, 0)
    assert not lookahead.has_room(1, 1)


def test_short_tasks_get_more_rows_and_long_ones_fewer() -> None:
    lookahead = Lookahead(workers=2, most_tasks=8, byte_limit=10**9)
    lookahead.note_size(rows=1, size=1)
    for _ in range(3):
        lookahead.note_time(lookahead.rows_in_task, seconds=0.0001)
    assert lookahead.rows_in_task == 8
    lookahead.note_time(8, seconds=1.0)
    assert lookahead.rows_in_task == 4


def test_tasks_do_not_grow_beyond_what_each_worker_may_hold() -> None:
    lookahead = Lookahead(workers=2, most_tasks=8, byte_limit=80)
    lookahead.note_size(rows=1, size=10)
    for _ in range(8):
        lookahead.note_time(lookahead.rows_in_task, seconds=0.0001)
    assert lookahead.rows_in_task == 2


def test_what_a_row_weighs_between_its_steps_counts_while_it_is_worked_on() -> None:
    lookahead = Lookahead(workers=3, most_tasks=12, byte_limit=100)
    lookahead.note_size(rows=1, size=1, heaviest=16)  # a worker holds 40 of it
    assert lookahead.has_room(1, 1)
    assert not lookahead.has_room(2, 2)


def test_rows_that_wait_leave_room_for_those_at_work_and_the_one_that_is_consumed() -> None:
    lookahead = Lookahead(workers=2, most_tasks=12, byte_limit=100)
    lookahead.note_size(rows=1, size=10, heaviest=10)  # two at work hold 30 more
    assert lookahead.has_room(5, 5)
    assert not lookahead.has_room(6, 6)
