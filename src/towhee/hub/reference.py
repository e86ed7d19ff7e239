"""From a name and arguments to the reference that a plan holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from towhee.hub.registry import check_arguments, find
from towhee.operators.base import Operator, OperatorRef


def reference(name: str, /, *args: Any, **kwargs: Any) -> OperatorRef:
    """The operator's reference, with name and arguments checked now, not when it runs.

    Raises:
        UnknownNameError: no operator, or no argument, of that name.
        UsageError: arguments that the operator refuses.
    """
    chosen, target = find(name)
    operator = OperatorRef(chosen, target).resolve()
    if isinstance(operator, type) and issubclass(operator, Operator):
        others = {other: kwargs[other] for other in operator.takes_operators if other in kwargs}
        kwargs = {**kwargs, **{other: _operator(value) for other, value in others.items()}}
    ref = OperatorRef(chosen, target, args, tuple(sorted(kwargs.items())))
    check_arguments(chosen, operator, args, kwargs)
    if isinstance(operator, type) and issubclass(operator, Operator):
        ref.instantiate()  # it checks its arguments when made, and loads nothing before setup()
    return ref


def _operator(value: Any) -> Any:
    """The reference of an operator that is an argument of another: a name, a step, or a handle."""
    if isinstance(value, str):
        return reference(value)
    if isinstance(value, Mapping) and "operator" in value:
        return reference(value["operator"], **(value.get("with") or {}))
    ref = getattr(value, "ref", None)
    return ref if isinstance(ref, OperatorRef) else value
