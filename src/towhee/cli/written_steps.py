"""The steps of a chain as a file of a pipeline has them."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import TYPE_CHECKING, Any

from towhee.errors import UsageError

if TYPE_CHECKING:
    from towhee.operators.base import OperatorRef
    from towhee.pipelines import Pipeline

_FILES = ("checkpoint", "path")  # arguments that name files


def operators_of(made: Pipeline) -> list[OperatorRef]:
    """The operators of a chain, in order.

    Raises:
        UsageError: if a step of it is none, or has no name.
    """
    from towhee.operators.base import OperatorRef
    from towhee.plan.step import Map

    found = []
    for step in made.plan.steps:
        ref = step.operator if isinstance(step, Map) else None
        if not isinstance(ref, OperatorRef):
            raise UsageError(f"pipeline {made.spec.name!r} has a step that is no operator")
        found.append(ref)
    return found


# Any: what YAML holds, a text or a mapping.
def written_step(ref: OperatorRef, folder: Path) -> Any:
    """An operator as a file of a pipeline has it; files within the folder go by their path in it.

    Raises:
        UsageError: for an argument that cannot be written.
    """
    from towhee.hub.arguments import HERE, written_value

    signature = inspect.signature(ref.resolve())
    given = dict(signature.bind(*ref.args, **dict(ref.kwargs)).arguments)
    arguments: dict[str, Any] = {}
    for name, value in given.items():
        path = Path(value) if name in _FILES and isinstance(value, str) else None
        if path is not None and path.resolve().is_relative_to(folder.resolve()):
            arguments[name] = f"{HERE}{path.resolve().relative_to(folder.resolve()).as_posix()}"
        else:
            arguments[name] = written_value(value, f"the argument {name} of {ref.name}")
    return {"operator": ref.name, "with": arguments} if arguments else ref.name
