"""Pipelines that this process gave a name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from towhee.errors import UnknownNameError, UsageError
from towhee.hub import registry
from towhee.operators.base import short
from towhee.pipelines.catalogue_files import catalogue_pipeline
from towhee.pipelines.spec import PipelineSpec, Step

_registered: dict[str, PipelineSpec] = {}


def registered_pipelines() -> dict[str, PipelineSpec]:
    """They by their names."""
    return dict(_registered)


def register_pipeline(
    name: str, steps: Sequence[str | tuple[str, dict[str, Any]] | Callable[..., Any]], **about: Any
) -> PipelineSpec:
    """Give a chain of registered operators a name that ``pipeline`` knows.

    Args:
        name: the new name.
        steps: operators' names, or pairs of a name and keyword arguments.
        about: other fields of ``PipelineSpec``: ``data``, ``summary``, ``dimension``, …

    Raises:
        UsageError: if the name is taken.

    Example:
        >>> from towhee import pipeline, register
        >>> @register("double", replace=True)
        ... def double(x):
        ...     return 2 * x
        >>> _ = register_pipeline("doubling", ["double"])
        >>> pipeline("doubling")(21)
        42
        >>> unregister_pipeline("doubling")
    """
    if name in _registered or catalogue_pipeline(name) is not None:
        raise UsageError(f"a pipeline is called {name!r} already")
    chosen = tuple(map(_step, steps))
    if not chosen:
        raise UsageError("a pipeline needs at least one step")
    about.setdefault("data", "any")
    about.setdefault("summary", " → ".join(step.operator for step in chosen))
    _registered[name] = PipelineSpec(name=name, steps=chosen, **about)
    return _registered[name]


def unregister_pipeline(name: str) -> None:
    """Forget a pipeline that this process registered."""
    if _registered.pop(name, None) is None:
        raise UnknownNameError("registered pipeline", name, _registered)


def _step(given: Any) -> Step:
    if isinstance(given, str):
        found = Step(given)
    elif isinstance(given, tuple) and len(given) == 2 and isinstance(given[0], str):
        found = Step(given[0], dict(given[1]))
    else:
        raise UsageError(
            f"a step is an operator's name or a (name, arguments) pair, not {short(given)}"
        )
    registry.find(found.operator)
    return found
