"""Operators that are fitted on one pass over the data and applied on the next."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

from towhee.errors import UnknownNameError, UsageError
from towhee.plan.step import Map

if TYPE_CHECKING:
    from towhee.functional.data_collection import DataCollection


@dataclass(slots=True)
class State:
    """Fitted operators by name.

    Attributes:
        fitted: the operators.
        mode: whether ``smap`` fits them or uses them as they are.
    """

    fitted: dict[str, Any] = field(default_factory=dict)
    mode: Literal["training", "evaluating"] = "training"

    @classmethod
    def training(cls, state: State | None) -> State:
        """A state in which operators are fitted; the given one goes on being filled."""
        if state is None:
            return cls()
        state.mode = "training"
        return state

    @classmethod
    def evaluating(cls, state: State | None) -> State:
        """A state in which operators are used as they were fitted."""
        if state is None:
            raise UsageError("set_evaluating needs the state that get_state() gave after training")
        return replace(state, mode="evaluating")


def fit_and_apply(
    collection: DataCollection, operator: Any, state: State, name: str | None
) -> DataCollection:
    """Fit an operator on all elements if the state is training, then map it.

    The operator has ``fit(values)`` and is called on one value, or has ``transform(values)``
    as in scikit-learn.
    """
    chosen = name or type(operator).__name__
    if state.mode == "evaluating":
        if chosen not in state.fitted:
            raise UnknownNameError("fitted operator", chosen, state.fitted)
        operator = state.fitted[chosen]
        return collection._then(_mapping(operator))
    if not hasattr(operator, "fit"):
        raise UsageError(f"smap needs an operator with fit(values), which {chosen} has not")
    kept = collection.unstream()
    operator.fit(kept.to_list())
    state.fitted[chosen] = operator
    return kept._then(_mapping(operator))


def _mapping(operator: Any) -> Any:
    if callable(operator):
        return Map(operator)

    def apply(value: Any) -> Any:
        return operator.transform([value])[0]

    return Map(apply)
