"""The operators of a run: made from their references once, set up before the first row."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from towhee.operators.base import ModelOperator, Operator, OperatorRef, Streams

_MODELS_KEPT = 8
_models: OrderedDict[OperatorRef, Callable[..., Any]] = OrderedDict()
_lock = threading.RLock()


class Operators:
    """Gives the callable of each step of one run.

    A function or an object is itself. A reference is made into an operator once per run; a
    model is shared by all runs of the process (the eight used last), because its weights are
    heavy and its results depend on nothing but its input.
    """

    def __init__(self) -> None:
        self._made: dict[int, tuple[object, Callable[..., Any]]] = {}
        self._streams: dict[int, Streams] = {}

    def get(self, operator: OperatorRef | Callable[..., Any]) -> Callable[..., Any]:
        """The operator, ready to be called."""
        known = self._made.get(id(operator))
        if known is not None:
            return known[1]
        made = operator if not isinstance(operator, OperatorRef) else shared_model(operator)
        if isinstance(made, Operator):
            made.ensure_setup()
        self._made[id(operator)] = (operator, made)
        return made

    def streams(self, operator: OperatorRef | Callable[..., Any]) -> Streams:
        """How to call a model over many rows; what has no ``forward`` is called as it is."""
        made = self.get(operator)
        known = self._streams.get(id(made))
        if known is None:
            if isinstance(made, ModelOperator):
                known = made.streams()
            else:
                known = Streams(getattr(made, "batch", made))
            self._streams[id(made)] = known
        return known

    def way(self, operator: OperatorRef | Callable[..., Any]) -> list[str]:
        """How a model runs that ends with the run, in lines; those that stay are asked later."""
        made = self.get(operator)
        if not isinstance(made, ModelOperator) or made.is_shared:
            return []
        return told(operator, made)


def told(operator: OperatorRef | Callable[..., Any], model: ModelOperator[Any, Any]) -> list[str]:
    """How a model runs, in lines of which the first begins with its name."""
    lines = model.how_it_runs()
    name = getattr(operator, "name", type(model).__name__)
    return [f"{name} {lines[0]}", *lines[1:]] if lines else []


def shared_model(ref: OperatorRef) -> Callable[..., Any]:
    """The operator of a reference: a model that a run of this process has, else a new one."""
    target = ref.resolve()
    if not (isinstance(target, type) and issubclass(target, ModelOperator) and target.is_shared):
        return ref.instantiate()
    with _lock:
        try:
            shared = _models.pop(ref, None)
        except TypeError:  # an argument that cannot be hashed: this model is not shared
            return ref.instantiate()
        made = shared if shared is not None else ref.instantiate()
        _models[ref] = made
        if len(_models) > _MODELS_KEPT:
            _models.popitem(last=False)
        return made


def forget_models() -> None:
    """Let go of the models that the process keeps for later runs."""
    with _lock:
        _models.clear()
