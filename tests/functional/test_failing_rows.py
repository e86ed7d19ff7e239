"""``exception_safe`` and its companions: elements are options from there on."""

from __future__ import annotations

from typing import Any

import pytest

from towhee import DataCollection, Empty, Option, Some, dc


def inverse(value: float) -> float:
    return 1 / value


def inverses() -> DataCollection:
    made: DataCollection = DataCollection([0, 1, 2]).exception_safe().map(inverse)
    return made


def test_elements_become_options() -> None:
    assert inverses().to_list() == [Empty(), Some(1.0), Some(0.5)]
    assert DataCollection([0, 1]).safe().map(inverse).to_list() == [Empty(), Some(1.0)]


def test_an_empty_remembers_value_and_exception() -> None:
    empty = inverses()[0]
    assert empty.value == 0
    assert isinstance(empty.exception, ZeroDivisionError)


def test_an_empty_of_a_later_step_remembers_what_that_step_was_given() -> None:
    made = DataCollection(["1", "x"]).safe().map(str.upper).map(int)
    assert made[1].value == "X"


def test_functions_see_bare_values_and_no_empty() -> None:
    seen: list[Any] = []
    inverses().map(seen.append).run()
    assert seen == [1.0, 0.5]


def test_a_step_in_front_of_it_is_not_safe() -> None:
    with pytest.raises(RuntimeError, match="division by zero"):
        DataCollection([0]).map(inverse).exception_safe().to_list()


def test_fill_empty_gives_bare_values_with_a_default() -> None:
    assert inverses().fill_empty(-1).to_list() == [-1, 1.0, 0.5]
    assert inverses().fill_empty().to_list() == [None, 1.0, 0.5]


def test_drop_empty_gives_bare_values_and_the_callback_what_was_dropped() -> None:
    dropped: list[Empty] = []
    assert inverses().drop_empty(dropped.append).to_list() == [1.0, 0.5]
    assert [(empty.value, type(empty.get().exception)) for empty in dropped] == [
        (0, ZeroDivisionError)
    ]


def test_filter_lets_empty_pass_unless_told() -> None:
    assert inverses().filter(lambda x: x < 1).to_list() == [Empty(), Some(0.5)]
    assert inverses().filter(lambda x: x < 1, drop_empty=True).to_list() == [Some(0.5)]


def test_a_filter_that_raises_gives_empty() -> None:
    made = DataCollection([0, 2]).safe().filter(lambda x: 1 / x < 1)
    assert made.to_list() == [Empty(), Some(2)]
    assert made.drop_empty().to_list() == [2]


def test_what_follows_fill_empty_is_not_safe() -> None:
    with pytest.raises(RuntimeError):
        inverses().fill_empty("none").map(inverse).to_list()


def test_windows_and_batches_hold_options() -> None:
    assert inverses().batch(2).to_list() == [[Empty(), Some(1.0)], [Some(0.5)]]
    assert inverses().rolling(2).to_list() == [[Empty(), Some(1.0)], [Some(1.0), Some(0.5)]]


def test_head_flatten_and_zip_keep_options() -> None:
    assert inverses().head(2).to_list() == [Empty(), Some(1.0)]
    assert inverses().zip([1, 2, 3]).to_list()[0] == (Empty(), 1)
    lists = DataCollection([0, 2]).safe().map(lambda x: [1 / x, x]).flatten()
    assert lists.to_list() == [Empty(), Some(0.5), Some(2)]


def test_concatenation_with_options_gives_options() -> None:
    both = inverses() + range(3, 4)
    assert both.to_list() == [Empty(), Some(1.0), Some(0.5), Some(3)]
    assert both.drop_empty().to_list() == [1.0, 0.5, 3]


def test_options_survive_unstream_slices_copies_and_splits() -> None:
    for again in (
        inverses().unstream(),
        inverses()[:],
        inverses().copy(),
        inverses().stream(),
        inverses().split(2)[1],
        inverses().stream().split(2)[1],
        DataCollection(inverses().to_list()).safe(),
    ):
        assert again.map(lambda x: x * 2).fill_empty(0).to_list() == [0, 2.0, 1.0]


def test_kept_options_are_computed_once() -> None:
    seen: list[int] = []
    kept = DataCollection([1, 2]).unstream().safe().map(lambda x: seen.append(x) or x)
    assert kept.to_list() == kept.to_list() == [Some(1), Some(2)]
    assert kept.drop_empty().to_list() == [1, 2]
    assert seen == [1, 2]


def test_a_list_of_options_can_be_filled_and_dropped() -> None:
    options: list[Option[int]] = [Some(1), Empty(), Some(3)]
    assert DataCollection(options).drop_empty().to_list() == [1, 3]
    assert DataCollection(options).fill_empty(0).to_list() == [1, 0, 3]


def test_a_row_of_columns_is_an_option_too() -> None:
    made = dc["a"]([0, 2]).safe().runas_op["a", "b"](func=inverse)
    assert [option.is_some() for option in made] == [False, True]
    assert [row.b for row in made.drop_empty()] == [0.5]


def test_skip_and_keep_are_options_of_the_whole_chain() -> None:
    chain = DataCollection([0, 1]).map(inverse)
    assert chain.config(on_error="skip").to_list() == [1.0]
    assert chain.config(on_error="keep").to_list()[0].key == 0
