"""From a name and arguments to the reference that a plan holds."""

from __future__ import annotations

from typing import Any

from towhee.hub.registry import check_arguments, find
from towhee.operators.base import OperatorRef


def reference(name: str, *args: Any, **kwargs: Any) -> OperatorRef:
    """The operator's reference, with name and arguments checked now, not when it runs.

    Raises:
        UnknownNameError: no operator, or no argument, of that name.
        UsageError: arguments that the operator refuses.
    """
    chosen, target = find(name)
    ref = OperatorRef(chosen, target, args, tuple(sorted(kwargs.items())))
    check_arguments(chosen, ref.resolve(), args, kwargs)
    return ref
