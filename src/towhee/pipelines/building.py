"""From a pipeline's description to the function that does it."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from towhee.builder import CallablePipe, pipe
from towhee.builder.read import pipe_of
from towhee.engine.function import PlanFunction
from towhee.errors import UnknownNameError, UsageError
from towhee.functional.operator_handle import OperatorHandle
from towhee.hub.arguments import HERE
from towhee.hub.packaged_operator import takes
from towhee.hub.reference import reference
from towhee.operators.base import ModelOperator, OperatorRef
from towhee.pipelines.graph_function import GraphFunction
from towhee.pipelines.spec import PipelineSpec, Step
from towhee.plan.plan import Plan
from towhee.plan.source import Argument
from towhee.plan.step import Map


def built(
    spec: PipelineSpec, overrides: Mapping[str, Any], *, trust_functions: bool = False
) -> PlanFunction | GraphFunction:
    """The function of a pipeline.

    Args:
        spec: the pipeline.
        overrides: arguments of the last operator; under the name of the task of another operator
            (``face_detection``), a mapping of arguments of that one.
        trust_functions: whether a graph may import the functions that it names.

    Raises:
        UnknownNameError: for an operator or an argument that there is not.
        UsageError: for arguments that an operator refuses.
    """
    if spec.graph is not None:
        graph = _overridden_graph(spec, overrides)
        return GraphFunction(pipe_of(graph, trust_functions=trust_functions))
    plan = Plan.of(Argument())
    for ref in _references(spec, overrides):
        plan = plan.then(Map(ref))
    return PlanFunction(plan)


def built_pipe(spec: PipelineSpec, overrides: Mapping[str, Any]) -> CallablePipe:
    """A pipeline as a pipe: of a chain, from a column named after its kind of data to one more.

    Raises:
        UnknownNameError: as ``built`` does.
        UsageError: as ``built`` does.
    """
    if spec.graph is not None:
        return pipe_of(_overridden_graph(spec, overrides)).preload()
    made = pipe.input(spec.data)
    *others, last = _references(spec, overrides)
    for ref in others:
        made = made.map(spec.data, spec.data, OperatorHandle(ref))
    result = "vector" if spec.dimension else "result"
    return made.map(spec.data, result, OperatorHandle(last)).output(result)


def _references(spec: PipelineSpec, overrides: Mapping[str, Any]) -> list[OperatorRef]:
    """The operators of a chain, checked."""
    steps = _overridden(spec.steps, overrides, spec.folder)
    last = reference(steps[-1].operator, **steps[-1].arguments)
    refs = [
        reference(step.operator, **step.arguments) for step in steps[:-1] if _is_there(step, last)
    ]
    refs.append(last)
    if dict(last.kwargs).get("preprocess") == "fast":
        refs = _with_smaller_images(refs)
    return refs


def _overridden(
    steps: Sequence[Step], overrides: Mapping[str, Any], folder: Path | None
) -> list[Step]:
    """The steps with the user's arguments, and with paths as they are from here."""
    *others, last = steps
    of_last = dict(overrides)
    of_tasks = _taken(of_last, [step.operator for step in others])
    changed = []
    for step in others:
        own = of_tasks.get(_task(step.operator), {})
        changed.append(replace(step, arguments=_rooted({**step.arguments, **own}, folder)))
    _check_taken(of_last, last.operator, [step.operator for step in others])
    arguments = _rooted({**last.arguments, **of_last}, folder)
    return [*changed, replace(last, arguments=arguments)]


def _overridden_graph(spec: PipelineSpec, overrides: Mapping[str, Any]) -> dict[str, Any]:
    assert spec.graph is not None
    of_last = dict(overrides)
    nodes: list[dict[str, Any]] = []
    abouts = [dict(about) for node in spec.graph["nodes"] for about in node.values()]
    kinds = [kind for node in spec.graph["nodes"] for kind in node]
    with_operator = [about for about in abouts if "operator" in about]
    of_tasks = _taken(of_last, [about["operator"] for about in with_operator[:-1]])
    for kind, about in zip(kinds, abouts, strict=True):
        is_last = with_operator and about is with_operator[-1]
        if "operator" in about and not is_last:
            own = of_tasks.get(_task(about["operator"]), {})
            about["with"] = _rooted({**(about.get("with") or {}), **own}, spec.folder)
        nodes.append({kind: about})
    if with_operator:
        last = with_operator[-1]
        names = [about["operator"] for about in with_operator]
        _check_taken(of_last, last["operator"], names[:-1])
        last["with"] = _rooted({**(last.get("with") or {}), **of_last}, spec.folder)
    elif of_last:
        raise UsageError(f"pipeline {spec.name!r} has no operator that takes {', '.join(of_last)}")
    return {**spec.graph, "nodes": nodes}


def _taken(overrides: dict[str, Any], operators: Sequence[str]) -> dict[str, Mapping[str, Any]]:
    """The arguments that the user gave operators by the names of their tasks, no longer there.

    Operators of one task, such as the decoding of two inputs, have the same.
    """
    tasks = {_task(operator) for operator in operators}
    given = [task for task in tasks if isinstance(overrides.get(task), Mapping)]
    return {task: overrides.pop(task) for task in given}


def _check_taken(overrides: Mapping[str, Any], last: str, others: Sequence[str]) -> None:
    """Refuse an argument that the last operator does not take and another does, with the remedy."""
    for argument in overrides:
        if takes(last, argument):
            continue
        for other in others:
            if takes(other, argument):
                raise UsageError(
                    f"{argument} is an argument of {other}: give it as "
                    f"{_task(other)}={{{argument!r}: …}}"
                )


def _task(operator: str) -> str:
    return operator.partition(".")[0]


def _rooted(arguments: Mapping[str, Any], folder: Path | None) -> dict[str, Any]:
    """Arguments in which a path within the pipeline's folder is one from here."""
    if folder is None:
        return dict(arguments)
    return {
        name: str(folder / value) if isinstance(value, str) and value.startswith(HERE) else value
        for name, value in arguments.items()
    }


def _is_there(step: Step, last: OperatorRef) -> bool:
    """Whether the last operator's arguments, with its defaults, are those that the step needs."""
    if not step.when:
        return True
    signature = inspect.signature(last.resolve())
    for name in step.when:
        if name not in signature.parameters:
            raise UnknownNameError(f"argument of {last.name}", name, signature.parameters)
    given = signature.bind(*last.args, **dict(last.kwargs))
    given.apply_defaults()
    return all(given.arguments.get(name) == value for name, value in step.when.items())


def _with_smaller_images(refs: list[OperatorRef]) -> list[OperatorRef]:
    """The same steps, which decode no more of an image than the model at the end makes use of."""
    model = refs[-1].instantiate()
    side = model.least_side() if isinstance(model, ModelOperator) else None
    if side is None:
        return refs
    return [
        reference(ref.name, *ref.args, **{**dict(ref.kwargs), "min_side": side})
        if ref.name.startswith("image_decode.")
        else ref
        for ref in refs
    ]
