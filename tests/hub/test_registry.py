"""The registry finds operators by name, and says what is wrong with a name or an argument."""

from __future__ import annotations

import operator
from collections.abc import Iterator

import pytest

from towhee import DataCollection, param_scope, register
from towhee.errors import UnknownNameError, UsageError
from towhee.hub import registry
from towhee.hub.builtin_operators import ALIASES, BUILTIN_OPERATORS
from towhee.hub.reference import reference


@pytest.fixture(autouse=True)
def own_names() -> Iterator[None]:
    """Each test registers for itself alone."""
    before = dict(registry._registered)
    yield
    registry._registered.clear()
    registry._registered.update(before)


class Scale:
    def __init__(self, factor: int, *, offset: int = 0) -> None:
        self.factor, self.offset = factor, offset

    def __call__(self, value: int) -> int:
        return value * self.factor + self.offset


def test_a_function_is_registered_under_its_own_name() -> None:
    @register
    def add_one(value: int) -> int:
        return value + 1

    assert DataCollection([1]).add_one().to_list() == [2]


def test_a_dotted_name_becomes_a_namespace() -> None:
    register("my_task.scale")(Scale)
    assert DataCollection([1, 2]).my_task.scale(3, offset=1).to_list() == [4, 7]


def test_register_accepts_the_keywords_of_earlier_versions() -> None:
    @register(name="my-ns/shout", output_schema=["text"])
    def shout(text: str) -> str:
        return text.upper()

    assert DataCollection(["a"]).my_ns.shout().to_list() == ["A"]
    assert DataCollection(["a"]).towhee.my_ns.shout().to_list() == ["A"]


def test_a_second_registration_of_a_name_is_refused() -> None:
    register("taken")(Scale)
    with pytest.raises(UsageError, match="registered as 'taken' already"):
        register("taken")(str)
    assert registry.find("taken") == ("taken", Scale)


def test_the_same_function_may_be_registered_again() -> None:
    register("same")(Scale)
    assert register("same")(Scale) is Scale


def test_replace_takes_the_place_of_an_earlier_registration() -> None:
    register("taken")(Scale)
    register("taken", replace=True)(str)
    assert registry.find("taken") == ("taken", str)


def test_a_built_in_name_is_taken() -> None:
    with pytest.raises(UsageError, match="'runas_op' already"):
        register("runas_op")(Scale)


def test_an_alias_names_the_operator_that_it_stands_for() -> None:
    assert reference("sentence-embedding/sbert", prompt="q: ") == reference(
        "text_embedding.sentence_transformers", prompt="q: "
    )


def test_an_alias_works_behind_a_dot_and_is_shown_as_what_it_is() -> None:
    from towhee import ops

    assert "sbert" in dir(ops.sentence_embedding)
    named = ops.sentence_embedding.sbert(backend="torch")
    assert repr(named) == "ops.text_embedding.sentence_transformers(backend='torch')"


def test_every_alias_stands_for_a_built_in_operator_and_hides_none() -> None:
    assert {BUILTIN_OPERATORS.get(name) for name in ALIASES} == {None}
    assert {*ALIASES.values()} <= {*BUILTIN_OPERATORS}


def test_an_alias_is_taken_but_can_be_replaced() -> None:
    with pytest.raises(UsageError, match=r"'sentence_embedding\.sbert' already"):
        register("sentence_embedding.sbert")(Scale)
    register("sentence_embedding.sbert", replace=True)(Scale)
    assert registry.find("sentence_embedding.sbert") == ("sentence_embedding.sbert", Scale)


@pytest.mark.parametrize("name", ["two words", "1st", "a..b"])
def test_a_name_that_cannot_follow_a_dot_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match="cannot be written after a dot"):
        register(name)(Scale)


def test_unregister_forgets_a_name() -> None:
    register("passing")(Scale)
    registry.unregister("passing")
    with pytest.raises(UnknownNameError):
        registry.find("passing")


def test_unregistering_an_unknown_name_is_an_error() -> None:
    with pytest.raises(UnknownNameError, match="no registered operator is called 'nobody'"):
        registry.unregister("nobody")


def test_an_unknown_name_is_answered_with_the_closest() -> None:
    with pytest.raises(UnknownNameError, match=r"did you mean 'tensor_reshape'") as error:
        registry.find("tensor_reshap")
    assert error.value.closest[0] == "tensor_reshape"


def test_arguments_are_checked_when_an_operator_is_named() -> None:
    register("scale")(Scale)
    with pytest.raises(UsageError, match="scale needs factor; it takes factor, offset"):
        reference("scale")


def test_a_wrong_keyword_is_answered_with_the_closest() -> None:
    register("scale")(Scale)
    with pytest.raises(UnknownNameError, match=r"is called 'ofset'; did you mean 'offset'"):
        reference("scale", 1, ofset=2)


def test_a_function_takes_no_arguments_when_it_is_named() -> None:
    register("plain")(lambda value: value)
    with pytest.raises(UsageError, match="plain is a function"):
        reference("plain", 1)


def test_references_to_the_same_operator_are_equal_and_hash_alike() -> None:
    one, other = (
        reference("tensor_reshape", shape=(2, 2)),
        reference("tensor_reshape", shape=(2, 2)),
    )
    assert one == other
    assert hash(one) == hash(other)
    assert str(one) == "tensor_reshape(shape=(2, 2))"


def test_param_scope_lets_a_name_stand_for_a_class() -> None:
    with param_scope(dispatcher={"scaled": Scale}):
        scaled = DataCollection([1, 2]).scaled(10)
    assert scaled.to_list() == [10, 20]
    with pytest.raises(UnknownNameError):
        DataCollection([1]).scaled(10)


def test_param_scope_lets_a_name_stand_for_a_function() -> None:
    with param_scope(dispatcher={"negated": operator.neg}):
        assert DataCollection([1]).negated().to_list() == [-1]


def test_param_scope_lets_a_name_stand_for_another_operator() -> None:
    with param_scope(dispatcher={"apply": "runas_op"}):
        assert DataCollection([1]).apply(func=str).to_list() == ["1"]


def test_an_inner_scope_wins_and_the_outer_one_comes_back() -> None:
    register("first")(lambda value: "first")
    register("second")(lambda value: "second")
    with param_scope(dispatcher={"either": "first"}):
        with param_scope(dispatcher={"either": "second"}):
            assert DataCollection([0]).either().to_list() == ["second"]
        assert DataCollection([0]).either().to_list() == ["first"]


def test_a_scope_for_an_operator_that_there_is_not_is_refused() -> None:
    with (
        pytest.raises(UnknownNameError, match="'runas_opp'"),
        param_scope(dispatcher={"x": "runas_opp"}),
    ):
        pass


def test_dir_offers_the_registered_names() -> None:
    from towhee import ops

    register("my_task.scale")(Scale)
    assert "my_task" in dir(ops)
    assert dir(ops.my_task) == ["scale"]
