"""The short way for a single call: one row, straight through the operators."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from types import GeneratorType
from typing import Any, Final

from towhee.engine.apply import operator_error
from towhee.engine.operators import Operators
from towhee.engine.rows import unpacked
from towhee.operators.base import ModelOperator
from towhee.plan.plan import Plan
from towhee.plan.source import Argument
from towhee.plan.step import VALUE, Drop, Filter, Map, Rename, Select, Step
from towhee.types import Entity

Row = dict[str, Any]
_Action = Callable[[Row], "Row | None"]

_STEPS: Final = (Map, Filter, Select, Rename, Drop)


def goes_straight(plan: Plan) -> bool:
    """Whether a single call of the plan needs no chunk and no queue."""
    return (
        isinstance(plan.source, Argument)
        and all(isinstance(step, _STEPS) for step in plan.steps)
        and plan.options.on_error == "raise"
        and plan.options.cache is None
    )


class Straight:
    """Carries one row through the steps of a plan.

    Steps that do not need each other's results, and are worth a thread (reading, models), run at
    the same time.

    Args:
        plan: one that ``goes_straight``.
        operators: gives those of its steps.
    """

    def __init__(self, plan: Plan, operators: Operators) -> None:
        self._waves = [[_Call(step, operators) for step in wave] for wave in _waves(plan.steps)]
        self._calls = [call for wave in self._waves for call in wave]
        self._in_turn = all(len(wave) == 1 for wave in self._waves)

    def load(self) -> None:
        """Load the weights of its models now, not at the first call."""
        for call in self._calls:
            if isinstance(call.operator, ModelOperator):
                call.operator.load()

    def __call__(self, row: Row, key: Any) -> Row | None:
        """The row behind all steps, ``None`` if it was filtered out.

        Args:
            row: the arguments by their columns.
            key: what an error calls the row.

        Raises:
            OperatorError: for the step that failed.
        """
        if self._in_turn:
            for call in self._calls:
                after = call(row, key)
                if after is None:
                    return None
                row = after
            return row
        for wave in self._waves:
            if len(wave) == 1:
                after = wave[0](row, key)
                if after is None:
                    return None
                row = after
            else:
                row = _side_by_side(wave, row, key)
        return row


class _Call:
    """One step, ready to be called with a row."""

    __slots__ = ("_action", "operator", "step")

    def __init__(self, step: Step, operators: Operators) -> None:
        self.step = step
        self.operator: Callable[..., Any] | None = None
        if isinstance(step, Map):
            self.operator = operators.get(step.operator)
            self._action = _mapped(step, self.operator)
        elif isinstance(step, Filter):
            self.operator = operators.get(step.function)
            self._action = _filtered(step, self.operator)
        else:
            self._action = _arranged(step)

    def __call__(self, row: Row, key: Any) -> Row | None:
        try:
            return self._action(row)
        except Exception as error:  # the boundary: whatever an operator raises names its step
            raise operator_error(self.step, key, _given(self.step, row), error) from error


def _mapped(step: Map, operator: Callable[..., Any]) -> _Action:
    inputs, outputs, listed = step.inputs, step.outputs, not step.lazy

    def action(row: Row) -> Row:
        if inputs is None:
            result = operator(_element(row))
        else:
            result = operator(*[row[name] for name in inputs])
        if outputs is None:
            return {VALUE: result}
        if listed and type(result) is GeneratorType:
            result = list(result)
        row = {**row}
        row.pop(VALUE, None)
        for name, value in zip(outputs, unpacked(result, outputs), strict=True):
            row.pop(name, None)  # a column that is written anew stands behind the others
            row[name] = value
        return row

    return action


def _filtered(step: Filter, operator: Callable[..., Any]) -> _Action:
    inputs = step.inputs

    def action(row: Row) -> Row | None:
        if inputs is None:
            return row if operator(_element(row)) else None
        return row if operator(*[row[name] for name in inputs]) else None

    return action


def _arranged(step: Step) -> _Action:
    if isinstance(step, Select):
        names = step.names
        return lambda row: {name: row[name] for name in names}
    if isinstance(step, Rename):
        new = dict(step.names)
        return lambda row: {new.get(name, name): value for name, value in row.items()}
    assert isinstance(step, Drop)
    dropped = step.names
    return lambda row: {name: value for name, value in row.items() if name not in dropped}


def _element(row: Row) -> Any:
    return row[VALUE] if VALUE in row else Entity.of(dict(row))


def element(row: Mapping[str, Any]) -> Any:
    """What a user sees of a row: the bare value, or an ``Entity`` of its columns."""
    return _element(dict(row))


def _given(step: Step, row: Row) -> Any:
    inputs = step.inputs if isinstance(step, (Map, Filter)) else None
    if inputs is None:
        return _element(row)
    values = tuple(row.get(name) for name in inputs)
    return values[0] if len(values) == 1 else values


def _side_by_side(wave: list[_Call], row: Row, key: Any) -> Row:
    """The row with what all calls of a wave write, which are made at the same time."""
    with ThreadPoolExecutor(len(wave) - 1, thread_name_prefix="towhee-branch") as pool:
        others = [pool.submit(call, row, key) for call in wave[1:]]
        first = wave[0](row, key)
        rows = [first, *(other.result() for other in others)]
    together = dict(row)
    for call, after in zip(wave, rows, strict=True):
        assert isinstance(call.step, Map)
        assert after is not None
        for name in call.step.outputs or ():
            together.pop(name, None)
            together[name] = after[name]
    return together


def _waves(steps: tuple[Step, ...]) -> list[list[Step]]:
    """The steps in an order that their columns allow; those of one wave need none of another's.

    Only maps of named columns that are worth a thread share a wave.
    """
    waves: list[list[Step]] = []
    for step in steps:
        place = len(waves)
        if _is_worth_a_thread(step):
            while place and all(_are_independent(step, other) for other in waves[place - 1]):
                place -= 1
            if place < len(waves) and all(map(_is_worth_a_thread, waves[place])):
                waves[place].append(step)
                continue
        waves.append([step])
    return waves


def _is_worth_a_thread(step: Step) -> bool:
    return (
        isinstance(step, Map)
        and step.inputs is not None
        and step.outputs is not None
        and step.placement != "inline"
    )


def _are_independent(step: Step, other: Step) -> bool:
    if not isinstance(step, Map) or not isinstance(other, Map):
        return False
    if other.inputs is None or other.outputs is None:
        return False
    reads, writes = set(step.inputs or ()), set(step.outputs or ())
    return not (reads | writes) & set(other.outputs) and not writes & set(other.inputs)
