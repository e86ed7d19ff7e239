"""From a name and arguments to the reference that a plan holds."""

from __future__ import annotations

from typing import Any

from towhee.hub.registry import check_arguments, find
from towhee.operators.base import Operator, OperatorRef


def reference(name: str, *args: Any, **kwargs: Any) -> OperatorRef:
    """The operator's reference, with name and arguments checked now, not when it runs.

    Raises:
        UnknownNameError: no operator, or no argument, of that name.
        UsageError: arguments that the operator refuses.
    """
    chosen, target = find(name)
    ref = OperatorRef(chosen, target, args, tuple(sorted(kwargs.items())))
    operator = ref.resolve()
    check_arguments(chosen, operator, args, kwargs)
    if isinstance(operator, type) and issubclass(operator, Operator):
        ref.instantiate()  # it checks its arguments when made, and loads nothing before setup()
    return ref
