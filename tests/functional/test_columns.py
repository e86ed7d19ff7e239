"""Operators read and write named columns; rows are never changed."""

from __future__ import annotations

from typing import Any

import pytest

from towhee import DataCollection, Entity, Failure, dc
from towhee.errors import OperatorError, UnknownNameError, UsageError


def pairs() -> DataCollection:
    return dc["a", "b"]([(1, 10), (2, 20)])


def test_one_column_in_and_one_out() -> None:
    assert pairs().runas_op["a", "c"](func=str)[0] == Entity(a=1, b=10, c="1")


def test_several_columns_are_passed_as_arguments() -> None:
    made = pairs().runas_op[("a", "b"), "c"](func=lambda a, b: a + b)
    assert [row.c for row in made] == [11, 22]


def test_several_outputs_are_unpacked() -> None:
    made = pairs().runas_op[("b", "a"), ("q", "r")](func=divmod)
    assert [(row.q, row.r) for row in made] == [(10, 0), (10, 0)]


def test_a_single_output_takes_a_tuple_whole() -> None:
    assert pairs().runas_op[("b", "a"), "both"](func=divmod)[0].both == (10, 0)


def test_an_output_may_take_the_place_of_a_column() -> None:
    made = pairs().runas_op["a", "a"](func=str)
    assert [row.a for row in made] == ["1", "2"]


def test_inputs_without_outputs_give_the_bare_result() -> None:
    assert pairs().runas_op["a"](func=str).to_list() == ["1", "2"]


@pytest.mark.parametrize(("given", "said"), [((1, 2, 3), "3 values"), (5, "it gave 5")])
def test_a_wrong_number_of_outputs_names_row_and_operator(given: Any, said: str) -> None:
    made = pairs().runas_op["a", ("c", "d")](func=lambda a: (1, 2) if a == 1 else given)
    with pytest.raises(OperatorError, match=r"2 outputs \(c, d\) were declared") as caught:
        made.to_list()
    assert said in str(caught.value)
    assert caught.value.key == 1
    assert caught.value.operator == "runas_op(func=<lambda>)"
    assert [row.c for row in made.config(on_error="skip")] == [1]


def test_rows_are_never_changed() -> None:
    source = [{"a": 1}, {"a": 2}]
    entities = [Entity(a=1), Entity(a=2)]
    for data in (source, entities):
        made = DataCollection(data).as_entity()
        before = made.to_list()
        changed = made.runas_op["a", "a"](func=lambda a: a * 10).rename({"a": "b"})
        assert [row.b for row in changed] == [10, 20]
        assert made.to_list() == before
    assert source == [{"a": 1}, {"a": 2}]
    assert entities == [Entity(a=1), Entity(a=2)]


def test_a_function_that_changes_its_entity_does_not_change_the_row() -> None:
    def spoil(row: Entity) -> Entity:
        row.a = 99
        return row

    frame = pairs().unstream()
    assert [row.a for row in frame.map(spoil)] == [99, 99]
    assert [row.a for row in frame] == [1, 2]


def test_elements_that_are_entities_have_columns() -> None:
    made = DataCollection([Entity(a=1), Entity(a=2)]).runas_op["a", "b"](func=str)
    assert made.to_list() == [Entity(a=1, b="1"), Entity(a=2, b="2")]


def test_a_column_takes_an_element_whole() -> None:
    for value in ([0.1, 0.2], (1, 2), {"x": 1}, [5]):
        assert dc["vec"]([value])[0].vec == value
        assert DataCollection([value]).as_entity(schema=["vec"])[0].vec == value


def test_several_columns_take_a_tuple_apart() -> None:
    assert dc["a", "b"]([(1, 2), [3, 4]]).to_list() == [Entity(a=1, b=2), Entity(a=3, b=4)]


def test_a_tuple_of_another_length_than_the_columns_names_its_row() -> None:
    with pytest.raises(OperatorError, match=r"row 1.*2 columns \(a, b\) for \(3,\)"):
        dc["a", "b"]([(1, 2), (3,)]).to_list()


def test_a_column_that_some_rows_lack_fails_on_those_rows() -> None:
    ragged = DataCollection([{"a": 1}, {"b": 2}, {"a": 3, "b": 4}]).as_entity()
    with pytest.raises(OperatorError, match=r"no column is called 'a'.*\(the row has b\)") as e:
        ragged.runas_op["a", "c"](func=str).to_list()
    assert e.value.key == 1
    assert ragged.to_list() == [Entity(a=1), Entity(b=2), Entity(a=3, b=4)]


def test_a_failed_row_has_its_failure_in_the_columns_that_were_to_be_written() -> None:
    made = dc["a"]([1, 0]).runas_op["a", "b"](func=lambda a: 1 / a).config(on_error="keep")
    failed = made[1]
    assert failed.a == 0
    assert isinstance(failed.b, Failure)


def test_an_element_without_columns_fails_alone() -> None:
    made = DataCollection(["{}", "no", '{"a": 1}', "5"]).parse_json()
    assert made.config(on_error="skip").to_list() == [Entity(), Entity(a=1)]
    kept = made.config(on_error="keep").to_list()
    assert [isinstance(row, Failure) for row in kept] == [False, True, False, True]


@pytest.mark.parametrize("index", [("a", "b", "c"), ("1a", "b"), (1, "b"), ("a", ()), "a b", ""])
def test_what_names_no_columns_is_refused(index: Any) -> None:
    with pytest.raises(UsageError):
        pairs().runas_op[index]


def test_a_wrong_column_fails_when_the_chain_is_built() -> None:
    with pytest.raises(UnknownNameError, match="no column is called 'aa'; did you mean 'a'"):
        pairs().runas_op["aa", "c"](func=str)


def test_ops_stand_alone_without_columns() -> None:
    from towhee import ops

    with pytest.raises(UsageError, match="stands alone"):
        ops.runas_op["a", "b"](func=str)
