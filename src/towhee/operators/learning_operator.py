"""Operators that learn from rows before they are applied to any."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, TypeVar

from towhee.errors import UsageError
from towhee.operators.base import Operator

In = TypeVar("In")
Out = TypeVar("Out")


class LearningOperator(Operator[In, Out]):
    """An operator that is fitted on all rows of one collection and applied to those of others.

    A collection does the former after ``set_training()``, the latter after
    ``set_evaluating(state)``. A subclass gives ``fit`` and ``batch``, and, if what it learned can
    be written to a file, ``dumped`` and ``restore``.

    Class attributes:
        called: the operator's name in messages.

    Args:
        name: by which a state knows it; its own name and that of its output column if not given.
    """

    called: ClassVar[str] = "the operator"

    def __init__(self, name: str | None = None) -> None:
        self.name = name

    @property
    def is_ready(self) -> bool:
        """Whether it can be applied: it was fitted, or its arguments say what it learns from."""
        raise NotImplementedError(f"{type(self).__name__} defines no is_ready")

    # Any: what a column holds is the operator's own affair.
    def fit(self, *columns: Sequence[Any]) -> None:
        """Learn from all rows; several inputs come as several sequences."""
        raise NotImplementedError(f"{type(self).__name__} defines no fit()")

    def dumped(self) -> bytes:
        """What it learned, in a form that is read without running code.

        Raises:
            UsageError: if there is none.
        """
        raise UsageError(
            f"what {self.called} learned is kept in memory alone; fit it again instead"
        )

    def restore(self, data: bytes) -> None:
        """Learn what ``dumped`` gave.

        Raises:
            DataError: if it is something else.
        """
        raise NotImplementedError(f"{type(self).__name__} defines no restore()")

    def setup(self) -> None:
        """Raise ``UsageError`` if it was not fitted."""
        if not self.is_ready:
            raise UsageError(
                f"{self.called} was not fitted: call set_training() on a collection before "
                "it, or set_evaluating(state) with the state of a collection that was trained"
            )
