"""Look for the results of models in a cache, and do only the work whose result is not there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from towhee.operators.base import OperatorRef
from towhee.operators.identity import reference_identity
from towhee.plan.cache_step import Keyed, Lookup, Store
from towhee.plan.plan import Plan
from towhee.plan.source import Concat, Source, Zip
from towhee.plan.step import VALUE, Columns, Drop, Filter, Map, Select, Step


@dataclass(frozen=True, slots=True)
class _Chain:
    """Steps that lead to a model, each of which works on what the one before it gives."""

    places: tuple[int, ...]

    @property
    def name(self) -> str:
        return f"result {self.places[-1]}"


def cached(plan: Plan) -> Plan:
    """Put a ``Lookup`` in front of the steps that lead to each model, and a ``Store`` behind it.

    A result is known by what enters those steps. They reach from the model back as far as each
    step is an operator by name, with one input, whose arguments and code can be told; a plain
    function ends them, and so does another model, whose own results are looked up. A step
    between is passed over where nothing else needs what it gives.
    """
    if plan.options.cache is None:
        return plan
    plan = replace(plan, source=_source(plan.source, plan))
    before = _columns_before(plan)
    chains = [
        _Chain(_places(plan.steps, before, place))
        for place, step in enumerate(plan.steps)
        if _is_known_model(step)
    ]
    unless = _passed_over(plan.steps, before, plan.columns, chains)
    steps: list[Step] = []
    for place, step in enumerate(plan.steps):
        starting = [chain for chain in chains if chain.places[0] == place]
        ending = next((chain for chain in chains if chain.places[-1] == place), None)
        if not isinstance(step, Map):
            steps.append(step)
            continue
        found = None if ending is None else ending.name
        step = replace(step, unless=unless.get(place, ()), found=found)
        if starting:
            name = f"input {place}"
            steps.append(_lookup(plan, name, step, starting))
            step = replace(step, given=name)
        steps.append(step)
        if ending is not None:
            assert plan.options.cache is not None
            folder, limit = plan.options.cache, plan.options.cache_limit
            steps.append(Store(ending.name, folder, limit, step.outputs))
    return plan.with_steps(tuple(steps))


def _source(source: Source, plan: Plan) -> Source:
    """The source, whose plans use the same cache unless they have their own."""
    if not isinstance(source, (Zip, Concat)):
        return source
    options = {"cache": plan.options.cache, "cache_limit": plan.options.cache_limit}
    plans = tuple(
        inner if inner.options.cache is not None else inner.with_options(**options)
        for inner in source.plans
    )
    return replace(source, plans=plans)


def _columns_before(plan: Plan) -> list[Columns]:
    """The columns of the rows that enter each step."""
    before: list[Columns] = [plan.source.columns]
    for step in plan.steps:
        before.append(step.columns_after(before[-1]))
    return before[:-1]


def _is_known_model(step: Step) -> bool:
    return isinstance(step, Map) and step.is_model and _is_known(step)


def _is_known(step: Map) -> bool:
    return isinstance(step.operator, OperatorRef) and reference_identity(step.operator) is not None


def _places(steps: Sequence[Step], before: Sequence[Columns], model: int) -> tuple[int, ...]:
    """The places of the steps that lead to a model, and of the model."""
    places = [model]
    column = _input(steps[model], before[model])
    for place in range(model - 1, -1, -1):
        step = steps[place]
        if column is None:
            break
        if isinstance(step, (Filter, Select, Drop)):
            continue
        if not isinstance(step, Map):
            break
        written = (VALUE,) if step.outputs is None else step.outputs
        if column not in written:
            continue
        if len(written) > 1 or step.is_model or not _is_known(step):
            break
        places.insert(0, place)
        column = _input(step, before[place])
    return tuple(places)


def _input(step: Step, before: Columns) -> str | None:
    """The one column that a step works on, ``None`` if there are several or none is known."""
    if not isinstance(step, Map):
        return None
    if step.inputs is None:
        return VALUE if before == (VALUE,) else None
    return step.inputs[0] if len(step.inputs) == 1 else None


def _passed_over(
    steps: Sequence[Step],
    before: Sequence[Columns],
    result: Columns,
    chains: Sequence[_Chain],
) -> dict[int, tuple[str, ...]]:
    """By the place of a step, the results that make it needless where all of them are found."""
    unless: dict[int, tuple[str, ...]] = {chain.places[-1]: (chain.name,) for chain in chains}
    follows = {
        (first, second)
        for chain in chains
        for first, second in zip(chain.places, chain.places[1:], strict=False)
    }
    for place in sorted({first for first, _ in follows}, reverse=True):
        readers = _readers(steps, before, result, place)
        if readers is not None and all((place, reader) in follows for reader in readers):
            needs = [unless.get(reader, ()) for reader in readers]
            if all(needs):
                unless[place] = tuple(dict.fromkeys(name for names in needs for name in names))
    return unless


def _readers(
    steps: Sequence[Step], before: Sequence[Columns], result: Columns, place: int
) -> list[int] | None:
    """The steps that read what a step gives, ``None`` if more than steps by name may see it."""
    writer = steps[place]
    assert isinstance(writer, Map)
    (column,) = writer.outputs or (VALUE,)
    readers = []
    for later in range(place + 1, len(steps)):
        step = steps[later]
        if isinstance(step, Map):
            if step.inputs is None and before[later] != (VALUE,):
                return None
            if column in (step.inputs or (VALUE,)):
                readers.append(later)
            if step.outputs is None or column in step.outputs or column == VALUE:
                return readers
        elif isinstance(step, Select):
            if column not in step.names:
                return readers
        elif isinstance(step, Drop):
            if column in step.names:
                return readers
        elif not isinstance(step, Filter) or step.inputs is None or column in step.inputs:
            return None
    return readers if result is not None and column not in result else None


def _lookup(plan: Plan, name: str, step: Map, chains: Sequence[_Chain]) -> Lookup:
    results = tuple(Keyed(chain.name, _operators(plan.steps, chain)) for chain in chains)
    assert plan.options.cache is not None
    return Lookup(name, plan.options.cache, plan.options.cache_limit, step.inputs, results)


def _operators(steps: Sequence[Step], chain: _Chain) -> tuple[OperatorRef, ...]:
    operators = []
    for place in chain.places:
        step = steps[place]
        assert isinstance(step, Map)
        assert isinstance(step.operator, OperatorRef)
        operators.append(step.operator)
    return tuple(operators)
