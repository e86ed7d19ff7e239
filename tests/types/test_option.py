"""``Option`` holds a value or the reason why there is none."""

from __future__ import annotations

import pickle

import pytest

from towhee import Empty, Option, Some


def divided(value: float) -> float:
    return 1 / value


def test_some_tells_that_it_holds_a_value() -> None:
    some = Some(2)
    assert some.is_some()
    assert not some.is_empty()
    assert some.get() == 2
    assert some.get_or_else(0) == 2


def test_empty_tells_that_it_holds_none() -> None:
    empty = Empty()
    assert empty.is_empty()
    assert not empty.is_some()
    assert empty.get_or_else(0) == 0


def test_map_gives_some_of_the_result() -> None:
    assert Some(2).map(divided) == Some(0.5)


def test_map_turns_an_exception_into_empty_that_remembers_value_and_exception() -> None:
    empty = Some(0).map(divided)
    assert isinstance(empty, Empty)
    assert empty.value == 0
    assert isinstance(empty.exception, ZeroDivisionError)


def test_get_of_empty_is_the_reason_as_programs_for_earlier_versions_read_it() -> None:
    reason = Some(0).map(divided).get()
    assert reason.value == 0
    assert isinstance(reason.exception, ZeroDivisionError)


def test_empty_stays_empty_whatever_is_mapped_over_it() -> None:
    empty = Some(0).map(divided)
    assert empty.map(str) is empty
    assert empty.flat_map(Some) is empty


def test_flat_map_gives_the_option_that_the_function_returns() -> None:
    assert Some(1).flat_map(lambda value: Some(value + 1)) == Some(2)
    assert Some(1).flat_map(lambda value: Empty()) == Empty()


def test_of_and_empty_make_options() -> None:
    assert Option.of(3) == Some(3)
    assert Option.empty() == Empty()


def test_options_compare_by_what_they_hold() -> None:
    assert Some(1) != Some(2)
    assert Some(1) != Empty()
    assert len({Some(1), Some(1), Empty(), Empty()}) == 2


@pytest.mark.parametrize(("option", "shown"), [(Some("a"), "Some('a')"), (Empty(), "Empty()")])
def test_repr_shows_the_value(option: Option[str], shown: str) -> None:
    assert repr(option) == shown


def test_options_travel_between_processes() -> None:
    assert pickle.loads(pickle.dumps(Some(1))) == Some(1)
    assert pickle.loads(pickle.dumps(Empty(1, ValueError("no")))).value == 1
