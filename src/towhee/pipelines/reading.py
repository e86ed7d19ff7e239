"""A pipeline from its YAML."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from towhee.errors import UnknownNameError, UsageError
from towhee.operators.base import short
from towhee.pipelines.spec import MODEL_NAME, PipelineSpec, Step

_TEXTS = {"name", "data", "summary", "license", "extra", "card", "family", "model"}
_NUMBERS = {"dimension", "megabytes"}
_KEYS = {*_TEXTS, *_NUMBERS, "steps", "pipe"}
_NEEDED = ("name", "data", "summary")


def spec_of(content: Any, *, source: str, folder: Path | None = None) -> PipelineSpec:
    """The pipeline that the content of a file describes.

    Args:
        content: what ``yaml.safe_load`` gives.
        source: the file's name, for messages.
        folder: where relative paths in it start from.

    Raises:
        UsageError: if it describes none; the message says what is wrong.
    """
    if not isinstance(content, Mapping):
        raise UsageError(f"{source} is no pipeline: it holds {short(content)}")
    for key in content:
        if key not in _KEYS:
            raise UnknownNameError(f"field of a pipeline ({source})", str(key), _KEYS)
    missing = [key for key in _NEEDED if key not in content]
    if missing:
        raise UsageError(f"{source} is no pipeline: it has no {', '.join(missing)}")
    if ("steps" in content) == ("pipe" in content):
        raise UsageError(f"{source} has either steps, a chain, or pipe, a graph")
    for key in _TEXTS & set(content):
        if not isinstance(content[key], str) or not (content[key] or key == "card"):
            raise UsageError(f"{source}: {key} is a text, not {short(content[key])}")
    for key in _NUMBERS & set(content):
        number = content[key]
        if not isinstance(number, int) or isinstance(number, bool) or number < 1:
            raise UsageError(f"{source}: {key} is a whole number from 1, not {short(number)}")
    spec = PipelineSpec(
        **{key: content[key] for key in (_TEXTS | _NUMBERS) & set(content) - {"model"}},
        steps=_steps(content.get("steps"), source) if "steps" in content else (),
        graph=_graph(content["pipe"], source) if "pipe" in content else None,
        model_name=content.get("model"),
        folder=folder,
    )
    if spec.family is not None and not (spec.steps and spec.name.endswith(MODEL_NAME)):
        raise UsageError(f"{source}: a family has steps, and a name that ends in {MODEL_NAME}")
    return spec


def _steps(listed: Any, source: str) -> tuple[Step, ...]:
    if not isinstance(listed, list) or not listed:
        raise UsageError(f"{source}: steps is a list of operators, not {short(listed)}")
    return tuple(_step(each, source) for each in listed)


def _step(about: Any, source: str) -> Step:
    if isinstance(about, str):
        return Step(about)
    if not isinstance(about, Mapping) or not set(about) <= {"operator", "with", "when"}:
        raise UsageError(f"{source}: a step has operator, with and when, not {short(about)}")
    arguments, when = about.get("with") or {}, about.get("when") or {}
    if not isinstance(about.get("operator"), str):
        raise UsageError(f"{source}: a step names its operator: {short(about)}")
    if not isinstance(arguments, Mapping) or not isinstance(when, Mapping):
        raise UsageError(f"{source}: with and when hold arguments by name: {short(about)}")
    return Step(about["operator"], dict(arguments), dict(when))


def _graph(content: Any, source: str) -> Mapping[str, Any]:
    if not isinstance(content, Mapping) or not isinstance(content.get("nodes"), list):
        raise UsageError(f"{source}: pipe is what to_yaml() of a pipe writes")
    for node in content["nodes"]:
        if not isinstance(node, Mapping) or len(node) != 1:
            raise UsageError(f"{source}: a node is one kind, such as map, not {short(node)}")
        (about,) = node.values()
        if not isinstance(about, Mapping) or not isinstance(about.get("operator", ""), str):
            raise UsageError(f"{source}: a node has in, out and a function, not {short(about)}")
        if not isinstance(about.get("with") or {}, Mapping):
            raise UsageError(f"{source}: with holds arguments by name: {short(about)}")
    return content
