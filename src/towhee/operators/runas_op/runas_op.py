"""``runas_op``: any function, on the element or on columns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from towhee.errors import UsageError
from towhee.operators.base import short


class RunasOp:
    """Call a function on each row: ``dc.runas_op["a", "b"](func=f)``.

    Args:
        func: the function; it gets the input columns as positional arguments.
        args: further positional arguments.
        kwargs: keyword arguments.

    Example:
        >>> from towhee import DataCollection
        >>> DataCollection([1, 2]).runas_op(func=lambda x: x + 1).to_list()
        [2, 3]
    """

    def __init__(
        self, func: Callable[..., Any], args: Sequence[Any] = (), kwargs: Any = None
    ) -> None:
        if not callable(func):
            raise UsageError(f"runas_op takes a function, not {short(func)}")
        self._func = func
        self._args = tuple(args)
        self._kwargs = dict(kwargs or {})

    def __call__(self, *values: Any) -> Any:
        return self._func(*values, *self._args, **self._kwargs)
