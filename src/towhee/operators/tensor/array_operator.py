"""The base of the operators on the arrays of one row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from towhee.operators.base import Operator


class ArrayOperator(Operator[Any, Any]):
    """An operator whose work on one row is all there is to it: a subclass gives ``__call__``."""

    # Any: arrays, lists of arrays, or what makes one.
    def batch(self, values: Sequence[Any], *others: Sequence[Any]) -> list[Any]:
        """The result for each row."""
        return list(map(self, values, *others))
