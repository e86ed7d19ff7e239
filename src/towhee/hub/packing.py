"""From an operator or a pipeline in this process to a folder that is a package."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from towhee.errors import UsageError
from towhee.hub.arguments import HERE, written_value
from towhee.hub.builtin_operators import BUILTIN_OPERATORS
from towhee.hub.manifest import PIPELINE_FILE, Kind
from towhee.hub.package import paths_in
from towhee.hub.registry import find, installed_operators
from towhee.hub.strict_yaml import strict_yaml, yaml_text
from towhee.models.pickles import is_pickle
from towhee.operators.base import OperatorRef, short
from towhee.plan.plan import Plan
from towhee.plan.step import Map

WEIGHTS = "weights"
"""The folder in a package that a checkpoint goes to."""

_WEIGHT_SUFFIXES = (".safetensors", ".onnx")
_LEFT_OUT = (".py", ".pyc", ".md", ".lock")  # of a checkpoint's folder: code, and its own card
_TRUST = "trust_pickle"


@runtime_checkable
class HasReference(Protocol):
    """What stands for one operator, as ``ops.image_embedding.timm(...)`` does."""

    ref: OperatorRef


@runtime_checkable
class HasPlan(Protocol):
    """What does the steps of a plan, as a pipeline does."""

    @property
    def plan(self) -> Plan:
        """They."""
        ...


@runtime_checkable
class WritesYaml(Protocol):
    """What can be written as a graph, as a pipe can."""

    def to_yaml(self) -> str:
        """It as text."""
        ...


@dataclass(frozen=True, slots=True)
class Contents:
    """What a package is to hold, its files being in a folder.

    Attributes:
        kind: operator or pipeline.
        operator: the name of the operator.
        arguments: of the operator.
        extras: what to install for it.
        refs: the operators in it, as far as they are a chain.
    """

    kind: Kind
    operator: str | None = None
    arguments: Mapping[str, Any] = field(default_factory=dict)
    extras: tuple[str, ...] = ()
    refs: tuple[OperatorRef, ...] = ()


def packed(what: object, folder: Path, about: Mapping[str, Any]) -> Contents:
    """Put an operator or a pipeline into a folder.

    Args:
        what: ``ops.task.name(...)``, a pipeline or a pipe.
        folder: an empty one.
        about: name, summary and data of a pipeline.

    Raises:
        UsageError: for anything else, for operators of this process alone, and for arguments
            that cannot be written.
    """
    if isinstance(what, OperatorRef):
        return _operator(what, folder)
    if isinstance(what, HasReference) and isinstance(what.ref, OperatorRef):
        return _operator(what.ref, folder)
    if isinstance(what, WritesYaml):
        return _pipe(what, folder, about)
    if isinstance(what, HasPlan) and isinstance(what.plan, Plan):
        return _chain(what.plan, folder, about)
    raise UsageError(
        f"a package is made of ops.task.name(...), a pipeline or a pipe, not of {short(what)}"
    )


def _operator(ref: OperatorRef, folder: Path) -> Contents:
    arguments = _packed_arguments(ref, folder)
    return Contents("operator", ref.name, arguments, _extras([ref]), (ref,))


def _chain(plan: Plan, folder: Path, about: Mapping[str, Any]) -> Contents:
    refs = []
    for step in plan.steps:
        ref = step.operator if isinstance(step, Map) else None
        if not isinstance(ref, OperatorRef):
            raise UsageError(
                f"{short(step)} is not an operator that has a name; a package is made of a chain "
                "of operators, or of a pipe"
            )
        refs.append(ref)
    steps = []
    for ref in refs:
        arguments = _packed_arguments(ref, folder)
        steps.append({"operator": ref.name, **({"with": arguments} if arguments else {})})
    content = {**about, "steps": steps}
    (folder / PIPELINE_FILE).write_text(yaml_text(content), encoding="utf-8")
    return Contents("pipeline", extras=_extras(refs), refs=tuple(refs))


def _pipe(what: WritesYaml, folder: Path, about: Mapping[str, Any]) -> Contents:
    graph = strict_yaml(what.to_yaml().encode(), "the pipe")
    refs = []
    for node in graph["nodes"]:
        for each in node.values():
            ref = _inner_operator(each)
            if ref is None:
                continue
            refs.append(ref)
            arguments = _packed_arguments(ref, folder)
            if arguments:
                each["with"] = arguments
    (folder / PIPELINE_FILE).write_text(yaml_text({**about, "pipe": graph}), encoding="utf-8")
    return Contents("pipeline", extras=_extras(refs))


def _packed_arguments(ref: OperatorRef, folder: Path) -> dict[str, Any]:
    """The arguments of an operator, whose files are copied into the folder."""
    if ref.name not in BUILTIN_OPERATORS and ref.name not in installed_operators():
        raise UsageError(
            f"{ref.name} is known in this process alone, so that nobody could use the package: "
            "make it an installed package (`towhee hub init --operator`), or a package with code"
        )
    given = dict(zip(_positional(ref), ref.args, strict=False)) | dict(ref.kwargs)
    trusted = bool(given.pop(_TRUST, False))
    arguments: dict[str, Any] = {}
    for name, value in given.items():
        source, inner = _file_of(name, value), _inner_operator(value)
        if inner is not None:
            arguments[name] = {"operator": inner.name, "with": _packed_arguments(inner, folder)}
        elif source is not None:
            arguments[name] = _copied(source, folder, trusted)
        else:
            arguments[name] = written_value(value, f"the argument {name} of {ref.name}")
    return arguments


def _inner_operator(value: Any) -> OperatorRef | None:
    """The operator that an argument stands for, ``None`` for any other argument."""
    if isinstance(value, Mapping) and isinstance(value.get("operator"), str):
        return OperatorRef(*find(value["operator"]), (), tuple((value.get("with") or {}).items()))
    return value if isinstance(value, OperatorRef) else None


def _positional(ref: OperatorRef) -> Sequence[str]:
    """The names of the arguments that were given by their places."""
    if not ref.args:
        return ()
    import inspect

    names = list(inspect.signature(ref.resolve()).parameters)
    if len(ref.args) > len(names):
        raise UsageError(f"the arguments of {ref} cannot be named")
    return names[: len(ref.args)]


def _file_of(name: str, value: Any) -> Path | None:
    """The file or folder that an argument names, ``None`` if it names none."""
    if isinstance(value, os.PathLike):
        return Path(value)
    if not isinstance(value, str):
        return None
    is_file = value.endswith(_WEIGHT_SUFFIXES) and Path(value).expanduser().is_file()
    return Path(value).expanduser() if name == "checkpoint" or is_file else None


def _copied(source: Path, folder: Path, trusted: bool) -> str:
    """Copy weights into a package; gives their path in it.

    Raises:
        UsageError: if they are not there, or can run code and are not trusted.
    """
    source = source.resolve()
    if not source.exists():
        raise UsageError(f"{str(source)!r} does not exist")
    number = len(list(folder.glob(f"{WEIGHTS}*")))
    name = WEIGHTS if not number else f"{WEIGHTS}-{number + 1}"
    files = [source] if source.is_file() else [source / path for path in paths_in(source)]
    for file in files:
        if file.suffix.lower() in _LEFT_OUT and source.is_dir():
            continue
        if is_pickle(file) and not trusted:
            if source.is_dir() and list(source.rglob("*.safetensors")):
                continue  # the same weights in another form
            raise UsageError(
                f"{str(file)!r} is a pickle, which can run any code when it is loaded: convert it "
                "to safetensors"
            )
        target = folder / name / (file.name if source.is_file() else file.relative_to(source))
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)
    return f"{HERE}{name}/{source.name}" if source.is_file() else f"{HERE}{name}"


def _extras(refs: Sequence[OperatorRef]) -> tuple[str, ...]:
    """What to install for operators, and for those that they are given."""
    found: set[str] = set()
    for ref in refs:
        extra = getattr(ref.resolve(), "extra", None)
        found |= {extra} if isinstance(extra, str) else set()
        inner = filter(None, map(_inner_operator, dict(ref.kwargs).values()))
        found.update(_extras(list(inner)))
    return tuple(sorted(found))
