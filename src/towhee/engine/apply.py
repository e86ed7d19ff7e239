"""Call a function on columns of values, and tell exactly which rows it failed on.

The loops are those of the interpreter itself (``map`` into ``list.extend``): a list keeps
what it was extended by before an exception, so its length says which row raised, and the
``map`` goes on behind it. Nothing is paid for that while nothing fails.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from towhee.errors import OperatorError, UsageError
from towhee.operators.base import OperatorRef, short
from towhee.plan.step import Filter, Flatten, Map, Step

Errors = dict[int, Exception]
"""What was raised, by the place of the row."""


def apply_rows(
    function: Callable[..., Any], columns: Sequence[Sequence[Any]], stop_at_error: bool
) -> tuple[list[Any], Errors]:
    """The function's result for each row; ``None`` at the place of one that raised.

    With ``stop_at_error`` the rows behind the first that raised are not computed, and the
    results end in front of it.
    """
    results: list[Any] = []
    errors: Errors = {}
    total = len(columns[0])
    calls = map(function, *columns)
    while True:
        try:
            results.extend(calls)
            if len(results) == total:
                return results, errors
            # map() takes a StopIteration from the function for the end of its input.
            error: Exception = RuntimeError("the function raised StopIteration")
        except Exception as raised:  # noqa: BLE001 (whatever a user's function raises)
            error = raised
        errors[len(results)] = error
        if stop_at_error:
            return results, errors
        results.append(None)


def apply_batch(
    function: Callable[..., Sequence[Any]], columns: Sequence[Sequence[Any]]
) -> tuple[list[Any], Errors]:
    """The results of a function over whole columns; a batch that fails is split.

    It is halved until each culprit stands alone, so that one bad row, or a batch too large
    for the memory, costs its neighbours nothing.
    """
    total = len(columns[0])
    if total == 0:
        return [], {}
    try:
        results = function(*columns)
        if len(results) != total:
            raise UsageError(f"a batch of {total} rows gave {len(results)} results")
        return list(results), {}
    except Exception as raised:  # noqa: BLE001 (whatever an operator raises)
        if total == 1:
            return [None], {0: raised}
    half = total // 2
    left, left_errors = apply_batch(function, [column[:half] for column in columns])
    right, right_errors = apply_batch(function, [column[half:] for column in columns])
    right_places = {half + place: error for place, error in right_errors.items()}
    return left + right, left_errors | right_places


def describe(step: Step) -> str:
    """The operator of a step as messages call it, whichever part of it is running."""
    if isinstance(step, Map):
        return step.operator_label
    if isinstance(step, Filter) and isinstance(step.function, OperatorRef):
        return str(step.function)
    if isinstance(step, Flatten):
        return step.of or step.label
    return step.label


def operator_error(step: Step, key: Any, value: Any, cause: BaseException) -> OperatorError:
    """The error that stops a run: which row, which operator, what it was given, what to do."""
    if isinstance(cause, OperatorError):
        return cause
    name, given = describe(step), short(value)
    said = str(cause) or "no message"
    message = f"row {short(key)}: {name} raised {type(cause).__name__}: {said}"
    if given != short(key) and given not in said:
        message += f" (it was given {given})"
    message += '; to go on without such rows, set on_error="skip" or "keep"'
    error = OperatorError(message, key=key, operator=name, value=given)
    error.__cause__ = cause
    return error
