"""Fit operators on the rows of a collection, or apply those that were fitted before."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from towhee.errors import DataError, UnknownNameError, UsageError
from towhee.functional.state import State
from towhee.operators.base import OperatorRef, short
from towhee.operators.learning_operator import LearningOperator
from towhee.plan.step import Columns, Map, require_columns
from towhee.types import Failure

if TYPE_CHECKING:
    from towhee.functional.data_collection import DataCollection


def fit_and_apply(
    collection: DataCollection, operator: Any, state: State, name: str | None
) -> DataCollection:
    """Fit an operator on all elements if the state is training, then map it.

    The operator has ``fit(values)`` and is called on one value, or has ``transform(values)``
    as in scikit-learn.
    """
    chosen = name or type(operator).__name__
    if state.mode == "evaluating":
        return collection._then(_mapping(state.find(chosen)))
    if not hasattr(operator, "fit"):
        raise UsageError(f"smap needs an operator with fit(values), which {chosen} has not")
    kept = _learning(collection, chosen)
    operator.fit(kept.to_list())
    state.fitted[chosen] = operator
    state.operators.pop(chosen, None)
    return kept._then(_mapping(operator))


def learns(ref: OperatorRef) -> bool:
    """Whether it refers to an operator that has still to be fitted."""
    target = ref.resolve()
    if not (isinstance(target, type) and issubclass(target, LearningOperator)):
        return False
    return not ref.instantiate().is_ready  # type: ignore[attr-defined]  # a LearningOperator


def fit_and_apply_named(
    collection: DataCollection,
    ref: OperatorRef,
    inputs: tuple[str, ...] | None,
    outputs: tuple[str, ...] | None,
    *,
    name: str | None = None,
) -> DataCollection:
    """Fit an operator on columns if the state is training, then map it.

    Raises:
        UsageError: if the collection has no state, or the state's operator is another.
        DataError: if nothing can be learned from the rows.
    """
    state = collection.get_state()
    if state is None:
        raise UsageError(
            f"{ref.name} learns from rows: call set_training() before it, or set_evaluating(state) "
            "with the state that get_state() gave after training"
        )
    operator: Any = ref.instantiate()
    chosen = name or operator.name or _name(ref, outputs)
    if state.mode == "training":
        collection = _learning(collection, chosen)
        columns = _columns(collection, ref, inputs)
        try:
            operator.fit(*columns)
        except DataError as refusal:
            raise DataError(f"{ref} cannot learn: {refusal}") from refusal
        state.fitted[chosen] = operator
        state.operators[chosen] = ref.name
    elif type(state.find(chosen)) is not type(operator):
        raise UsageError(
            f"{chosen!r} was fitted as {type(state.find(chosen)).__name__}, so it is no {ref.name}"
        )
    fitted: Callable[..., Any] = state.find(chosen)
    shown = OperatorRef(ref.name, fitted, ref.args, ref.kwargs)
    return collection._then(Map(shown, inputs, outputs))


def _learning(collection: DataCollection, name: str) -> DataCollection:
    """The collection with its rows in memory, from which an operator of that name learns.

    Raises:
        UsageError: if one of the chain has the name already; it would be lost.
    """
    if name in collection._learned:
        raise UsageError(
            f"two operators of the chain that learn are called {name!r}; pass each its own name=…"
        )
    kept = collection.unstream()
    kept._learned = (*collection._learned, name)
    return kept


def _name(ref: OperatorRef, outputs: Columns) -> str:
    """What to call an operator that was given no name: by what it writes."""
    return f"{ref.name}[{', '.join(outputs)}]" if outputs else ref.name


def _columns(
    collection: DataCollection, ref: OperatorRef, inputs: tuple[str, ...] | None
) -> list[Sequence[Any]]:
    """The values of all rows that did not fail, a sequence for each input."""
    require_columns(inputs, collection._plan.columns, str(ref))
    sound = collection.drop_empty() if collection._plan.is_safe else collection
    rows = [row for row in sound.to_list() if not isinstance(row, Failure)]
    if not rows:
        raise UsageError(f"{ref.name} cannot learn: the collection has no rows")
    if inputs is None:
        return [rows]
    for row in rows:
        for name in inputs:
            if name not in row:
                raise UnknownNameError("column", name, row, f"in {ref}: it was given {short(row)}")
    return [[row[name] for row in rows] for name in inputs]


def _mapping(operator: Any) -> Any:
    if callable(operator):
        return Map(operator)

    def apply(value: Any) -> Any:
        return operator.transform([value])[0]

    return Map(apply)
