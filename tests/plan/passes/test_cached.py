"""``cached`` looks results up in front of the work that they spare, and keeps what is new."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from towhee.hub.reference import reference
from towhee.operators.base import ModelOperator, OperatorRef
from towhee.plan import Plan, explain
from towhee.plan.cache_step import Lookup, Store
from towhee.plan.passes import cached, rewrite
from towhee.plan.source import Table, Values, Zip
from towhee.plan.step import Batch, Drop, Filter, Flatten, Map, Rename, Select, Step


class Embed(ModelOperator[Any, Any]):
    def prepare(self, value: Any) -> Any:
        return value

    def forward(self, prepared: Sequence[Any]) -> Sequence[Any]:
        return prepared


def combined(a: Any, b: Any) -> Any:
    return a, b


DECODE = reference("image_decode.pil")
RESIZE = reference("image_resize", 8)
EMBED = OperatorRef("embed", Embed)
OTHER = OperatorRef("embed", Embed, (), (("width", 2),))
COMBINE = OperatorRef("combine", combined)


def elements(*steps: Step) -> Plan:
    return Plan.of(Values(["a"])).with_steps(steps).with_options(cache="/kept")


def rows(*steps: Step, names: str = "path") -> Plan:
    table = Table({name: ["a"] for name in names.split()})
    return Plan.of(table).with_steps(steps).with_options(cache="/kept")


def lookups(plan: Plan) -> list[Lookup]:
    return [step for step in cached(plan).steps if isinstance(step, Lookup)]


def ways(plan: Plan) -> list[tuple[OperatorRef, ...]]:
    """The operators by which the results of each model are known."""
    return [result.operators for lookup in lookups(plan) for result in lookup.results]


def skipped(plan: Plan) -> list[bool]:
    """For each operator, whether rows that were found are passed over."""
    return [bool(step.unless) for step in cached(plan).steps if isinstance(step, Map)]


def test_without_a_cache_nothing_changes() -> None:
    plan = elements(Map(DECODE), Map(EMBED)).with_options(cache=None)
    assert cached(plan) is plan


def test_a_lookup_stands_in_front_of_decoding_and_a_store_behind_the_model() -> None:
    steps = cached(elements(Map(DECODE), Map(EMBED), Map(str))).steps
    assert [type(step) for step in steps] == [Lookup, Map, Map, Store, Map]
    lookup, decode, embed, store, text = steps
    assert isinstance(lookup, Lookup)
    assert isinstance(decode, Map)
    assert isinstance(embed, Map)
    assert isinstance(store, Store)
    (result,) = lookup.results
    assert result.operators == (DECODE, EMBED)
    assert (lookup.folder, lookup.inputs) == ("/kept", None)
    assert decode == Map(DECODE, given=lookup.name, unless=(result.name,))
    assert embed == Map(EMBED, unless=(result.name,), found=result.name)
    assert store.name == result.name
    assert text == Map(str)


def test_a_plain_function_ends_what_results_are_known_by() -> None:
    assert ways(elements(Map(DECODE), Map(lambda image: image), Map(EMBED))) == [(EMBED,)]
    assert ways(elements(Map(lambda name: name), Map(DECODE), Map(EMBED))) == [(DECODE, EMBED)]


def test_what_stands_in_front_of_a_plain_function_is_not_skipped() -> None:
    plan = elements(Map(DECODE), Map(lambda image: image), Map(RESIZE), Map(EMBED))
    assert ways(plan) == [(RESIZE, EMBED)]
    assert skipped(plan) == [False, False, True, True]


def test_a_model_without_a_name_is_not_cached() -> None:
    plan = elements(Map(DECODE), Map(Embed()))
    assert cached(plan).steps == plan.steps


def test_each_model_of_a_chain_is_looked_up_by_what_enters_it() -> None:
    plan = elements(Map(DECODE), Map(EMBED), Map(RESIZE), Map(OTHER))
    assert ways(plan) == [(DECODE, EMBED), (RESIZE, OTHER)]
    kinds = [type(step) for step in cached(plan).steps]
    assert kinds == [Lookup, Map, Map, Store, Lookup, Map, Map, Store]


def test_whole_stream_steps_end_what_results_are_known_by() -> None:
    plan = elements(Map(DECODE), Batch(2), Flatten(), Map(EMBED))
    assert ways(plan) == [(EMBED,)]
    assert skipped(plan) == [False, True]


def test_a_filter_that_sees_the_picture_lets_it_be_decoded() -> None:
    plan = elements(Map(DECODE), Filter(bool), Map(EMBED))
    assert ways(plan) == [(DECODE, EMBED)]
    assert skipped(plan) == [False, True]


def test_a_column_that_stays_in_the_result_is_computed() -> None:
    steps = (Map(DECODE, ("path",), ("image",)), Map(EMBED, ("image",), ("vec",)))
    assert ways(rows(*steps)) == [(DECODE, EMBED)]
    assert skipped(rows(*steps)) == [False, True]
    assert skipped(rows(*steps, Select(("path", "vec")))) == [True, True]
    assert skipped(rows(*steps, Drop(("image",)))) == [True, True]
    assert skipped(rows(*steps, Select(("path", "image")))) == [False, True]


def test_a_column_that_another_step_reads_is_computed() -> None:
    steps = (
        Map(DECODE, ("path",), ("image",)),
        Map(EMBED, ("image",), ("vec",)),
        Map(len, ("image",), ("height",)),
        Select(("vec", "height")),
    )
    assert skipped(rows(*steps)) == [False, True, False]


def test_a_step_that_reads_whole_rows_sees_all_of_them() -> None:
    steps = (
        Map(DECODE, ("path",), ("image",)),
        Map(EMBED, ("image",), ("vec",)),
        Filter(bool),
        Select(("vec",)),
    )
    assert skipped(rows(*steps)) == [False, True]


def test_two_models_on_one_picture_are_looked_up_together() -> None:
    plan = rows(
        Map(DECODE, ("path",), ("image",)),
        Map(EMBED, ("image",), ("a",)),
        Map(OTHER, ("image",), ("b",)),
        Select(("a", "b")),
    )
    (lookup,) = lookups(plan)
    assert [result.operators for result in lookup.results] == [(DECODE, EMBED), (DECODE, OTHER)]
    decode, first, second = [step for step in cached(plan).steps if isinstance(step, Map)]
    assert decode.unless == (*first.unless, *second.unless), "both results make it needless"
    assert decode.given == lookup.name


def test_a_picture_is_not_needless_because_one_of_two_models_needs_it_not() -> None:
    plan = rows(
        Map(DECODE, ("path",), ("image",)),
        Map(EMBED, ("image",), ("a",)),
        Map(Embed(), ("image",), ("b",)),
        Select(("a", "b")),
    )
    assert skipped(plan) == [False, True, False]


def test_an_operator_of_several_inputs_is_where_looking_up_begins() -> None:
    plan = rows(
        Map(DECODE, ("path",), ("image",)),
        Map(COMBINE, ("image", "text"), ("both",)),
        Map(EMBED, ("both",), ("vec",)),
        names="path text",
    )
    assert ways(plan) == [(COMBINE, EMBED)]
    (lookup,) = lookups(plan)
    assert lookup.inputs == ("image", "text")


def test_columns_of_other_names_in_between_do_not_matter() -> None:
    plan = rows(
        Map(DECODE, ("path",), ("image",)),
        Map(len, ("path",), ("length",)),
        Map(EMBED, ("image",), ("vec",)),
        Select(("vec", "length")),
    )
    assert ways(plan) == [(DECODE, EMBED)]
    assert skipped(plan) == [True, False, True]


def test_a_column_that_is_written_again_is_another() -> None:
    plan = rows(
        Map(DECODE, ("path",), ("x",)),
        Map(lambda image: image, ("x",), ("x",)),
        Map(EMBED, ("x",), ("x",)),
    )
    assert ways(plan) == [(EMBED,)]
    assert skipped(plan) == [False, False, True]


def test_a_column_under_a_new_name_is_looked_up_by_its_content() -> None:
    plan = rows(
        Map(DECODE, ("path",), ("image",)),
        Rename((("image", "picture"),)),
        Map(EMBED, ("picture",), ("vec",)),
    )
    assert ways(plan) == [(EMBED,)]
    assert skipped(plan) == [False, True]


def test_the_plans_inside_a_zip_use_the_cache_too() -> None:
    inner = Plan.of(Values(["a"])).then(Map(EMBED))
    own = inner.with_options(cache="/their/own")
    both = Plan.of(Zip((inner, own))).with_options(cache="/kept")
    source = cached(both).source
    assert isinstance(source, Zip)
    assert [plan.options.cache for plan in source.plans] == ["/kept", "/their/own"]


def test_it_goes_with_the_other_passes() -> None:
    plan = rows(
        Map(DECODE, ("path",), ("image",)),
        Map(EMBED, ("image",), ("vec",)),
        Select(("vec",)),
    )
    steps = rewrite(plan).steps
    kinds = [type(step) for step in steps]
    assert kinds == [Lookup, Map, Drop, Map, Drop, Map, Drop, Store, Select]
    prepare, forward = [step for step in steps if isinstance(step, Map) and step.role != "call"]
    assert (prepare.role, forward.role) == ("prepare", "forward")
    assert prepare.unless == forward.unless != ()
    assert prepare.found is None
    assert forward.found is not None


def test_a_model_alone_is_given_what_was_looked_up_once() -> None:
    prepare, forward = [
        step for step in rewrite(elements(Map(EMBED))).steps if isinstance(step, Map)
    ]
    assert prepare.given is not None
    assert forward.given is None


def test_it_is_explained() -> None:
    text = explain(elements(Map(DECODE), Map(EMBED)))
    assert "1. in threads: look up embed | image_decode.pil() | embed().prepare" in text
    assert "3. where the rows are read: keep what is new" in text
    assert text.endswith("results of models are kept in /kept")
