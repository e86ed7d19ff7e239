"""``towhee info``: all that is known of a pipeline, a model or an operator; or of this machine."""

from __future__ import annotations

import inspect
import platform
import sys
from collections.abc import Mapping
from dataclasses import asdict, is_dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

import towhee
from towhee.cli.messages import Json, Verbose, say, say_json
from towhee.cli.models import pipeline_behind

if TYPE_CHECKING:
    from towhee.pipelines.spec import PipelineSpec


def info(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="[NAME]", help="A pipeline, a model or an operator.", show_default=False
        ),
    ] = None,
    as_json: Json = False,
    verbose: Verbose = False,
) -> None:
    """Tell about a pipeline, a model or an operator; without a name, about this installation.

    Examples:

    \b
      towhee info
      towhee info image-embedding
      towhee info resnet50
      towhee info image_embedding.timm
    """
    about = _installation() if name is None else _about(name)
    if as_json:
        say_json(about)
    else:
        _say(about)


def _about(name: str) -> dict[str, Any]:
    """What bears the name: a pipeline, an operator, or else a model.

    Raises:
        UnknownNameError: if nothing does; it offers the closest of all of them.
    """
    from towhee.errors import UnknownNameError
    from towhee.hub import registry
    from towhee.pipelines.weights import model_about

    spec = _named_pipeline(name)
    if spec is not None:
        return _pipeline(spec, name)
    operators = registry.names()
    if registry.canonical(name) in operators:
        return _operator(name)
    try:
        spec = pipeline_behind(name)
    except UnknownNameError as error:
        known = [*operators, *error.closest]
        raise UnknownNameError("pipeline, model or operator", name, known) from None
    if name.removeprefix("towhee/").replace("_", "-") == spec.name.replace("_", "-"):
        return _pipeline(spec, name)
    about = model_about(spec)
    assert about is not None
    return _model(about)


def _named_pipeline(name: str) -> PipelineSpec | None:
    """The pipeline that is listed under the name, lies in a file, or in a package that is here."""
    from towhee.hub.package_cache import PackageCache
    from towhee.pipelines import list_pipelines
    from towhee.pipelines.packaged import is_packaged
    from towhee.pipelines.pipeline import is_file, pipeline

    plain = name.removeprefix("towhee/").replace("_", "-")
    for spec in list_pipelines():
        if plain == spec.name.replace("_", "-"):
            return spec
    asked, _, revision = name.partition("@")
    is_here = is_packaged(name) and PackageCache().find(asked, revision or None, None) is not None
    return pipeline(name).spec if is_file(name) or is_here else None


def _model(about: dict[str, Any]) -> dict[str, Any]:
    """With what was measured of its backends here, if it was run."""
    from towhee.models.decisions import decisions_about

    return {"kind": "model", **about, "decisions": list(decisions_about(about["model"]))}


def _pipeline(spec: PipelineSpec, name: str) -> dict[str, Any]:
    from towhee.cli.pipelines import pipeline_row
    from towhee.errors import UsageError
    from towhee.pipelines import pipeline
    from towhee.pipelines.weights import model_about

    try:
        explained = pipeline(name).explain()
    except UsageError as error:  # it cannot be made without an argument
        explained = str(error)
    steps = [{"operator": each.operator, "arguments": each.arguments} for each in spec.steps]
    return {
        "kind": "pipeline",
        **pipeline_row(spec),
        "steps": steps or [spec.graph],
        "model": model_about(spec),
        "explain": explained,
        "about": spec.card,
    }


def _operator(name: str) -> dict[str, Any]:
    from towhee.cli.operators import resolved, summary
    from towhee.hub import registry

    operator = resolved(name)
    return {
        "kind": "operator",
        "name": registry.find(name)[0],
        "summary": summary(operator),
        "extra": getattr(operator, "extra", None),
        "models": _models(operator),
        "arguments": _arguments(operator),
        "documentation": inspect.getdoc(operator) or "",
    }


def _models(operator: Any) -> list[dict[str, Any]]:
    """The published models that an operator is known to run."""
    known = getattr(operator, "models", {})
    return [{"name": name, **asdict(about)} for name, about in known.items()]


def _arguments(operator: Any) -> list[dict[str, Any]]:
    """The arguments that it takes when it is named: those of a class; a function takes none."""
    if not isinstance(operator, type):
        return []
    return [
        {
            "name": parameter.name,
            "type": None if parameter.annotation is parameter.empty else str(parameter.annotation),
            "required": parameter.default is parameter.empty,
            "default": None if parameter.default is parameter.empty else repr(parameter.default),
        }
        for parameter in inspect.signature(operator).parameters.values()
    ]


def _installation() -> dict[str, Any]:
    from towhee.cli.extras import extras, is_installed
    from towhee.cli.weights import cache_folder

    packages = extras()
    cache = cache_folder()
    return {
        "towhee": towhee.__version__,
        "python": platform.python_version(),
        "executable": sys.executable,
        "platform": platform.platform(),
        "package": str(towhee.__path__[0]),
        "weights": str(cache) if cache else None,
        "extras": {
            extra: {"installed": is_installed(extra), "packages": packages[extra]}
            for extra in packages
        },
    }


def _say(about: Mapping[str, Any], indent: str = "") -> None:
    """Plain values, a line each; behind them texts of many lines, and values within values."""
    from towhee.models.decision_text import decision_lines

    blocks = {key: value for key, value in about.items() if _is_block(value)}
    width = max((len(key) for key in about if key not in blocks), default=0)
    for key, value in about.items():
        if key not in blocks:
            say(f"{indent}{key:<{width}}  {_plain(value)}")
    for key, value in blocks.items():
        say(f"{indent}{key}" if indent else f"\n{key}")
        if key == "extras":
            _say(_extra_lines(value), indent + "  ")
        elif key == "decisions":
            for line in (line for decision in value for line in decision_lines(decision)):
                say(f"{indent}  {line}")
        elif isinstance(value, Mapping):
            _say(value, indent + "  ")
        else:
            lines = map(_plain, value) if isinstance(value, list) else value.splitlines()
            for line in lines:
                say(f"{indent}  {line}".rstrip())


def _extra_lines(extras: Mapping[str, Any]) -> dict[str, str]:
    """What each extra has, or lacks."""
    lines: dict[str, str] = {}
    for extra, state in extras.items():
        found = {name: version for name, version in state["packages"].items() if version}
        lacking = [name for name in state["packages"] if name not in found]
        lines[extra] = ", ".join(f"{name} {version}" for name, version in found.items())
        if lacking:
            lines[extra] = f"not installed, lacks {', '.join(lacking)}"
    return lines


def _is_block(value: Any) -> bool:
    if isinstance(value, list):
        return any(isinstance(item, (Mapping, list)) or is_dataclass(item) for item in value)
    return (isinstance(value, str) and "\n" in value) or (
        isinstance(value, Mapping) and value != {}
    )


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None or value in ([], {}):
        return "-"
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {_plain(item)}" for key, item in value.items())
    if isinstance(value, (list, tuple)):
        return ", ".join(map(_plain, value))
    return str(value)
