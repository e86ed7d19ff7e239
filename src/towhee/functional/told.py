"""Tell operators that compare vectors what makes those that they are given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from towhee.operators.base import OperatorRef
from towhee.plan.plan import Plan


def told_origin(function: Any, plan: Plan, inputs: Sequence[str] | None) -> Any:
    """An operator that is told it, if it wants to know; anything else as it is.

    No model is loaded for it, so weights are not compared.

    Args:
        function: an operator's reference, or a callable.
        plan: what is done in front of it.
        inputs: the columns that it reads; the element if ``None``.
    """
    if not isinstance(function, OperatorRef):
        return function
    place: int | None = getattr(function.resolve(), "wants_origin_of", None)
    if place is None:
        return function
    from towhee.functional.origin import origin_of  # which imports the stores

    column = inputs[place] if inputs is not None and place < len(inputs) else None
    made_by = origin_of(plan, column=column, is_loaded=False)
    if made_by is None:
        return function
    return replace(function, kwargs=(*function.kwargs, ("_made_by", made_by)))
