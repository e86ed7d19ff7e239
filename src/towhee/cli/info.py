"""``towhee info``: all that is known of a pipeline, a model or an operator; or of this machine."""

from __future__ import annotations

import inspect
import platform
import sys
from collections.abc import Mapping
from typing import Annotated, Any

import typer

import towhee
from towhee.cli.messages import Json, Verbose, say, say_json


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
    from towhee.models.spec import model_spec
    from towhee.pipelines import list_pipelines
    from towhee.pipelines.catalogue import PREFIX

    pipelines = [spec.name for spec in list_pipelines()]
    plain = name.removeprefix("towhee/").replace("_", "-")
    if plain in [known.replace("_", "-") for known in pipelines] or name.startswith(PREFIX):
        return _pipeline(name)
    operators = registry.names()
    if registry.canonical(name) in operators:
        return _operator(name)
    models = _model_names()
    if model_spec(name).architecture in models:
        return _model(name)
    raise UnknownNameError("pipeline, model or operator", name, [*pipelines, *operators, *models])


def _pipeline(name: str) -> dict[str, Any]:
    from towhee.cli.pipelines import pipeline_row
    from towhee.pipelines import find_pipeline, pipeline

    spec = find_pipeline(name)
    if spec.model_name is not None and spec.dimension is None:
        _model(spec.model_name)  # refuses a name that timm does not have
    return {
        "kind": "pipeline",
        **pipeline_row(spec),
        "steps": [{"operator": operator, "arguments": given} for operator, given in spec.steps],
        "explain": pipeline(spec.name).explain(),
    }


def _operator(name: str) -> dict[str, Any]:
    from towhee.cli.operators import resolved, summary
    from towhee.hub import registry

    operator = resolved(name)
    return {
        "kind": "operator",
        "name": registry.canonical(name),
        "summary": summary(operator),
        "arguments": _arguments(operator),
        "documentation": inspect.getdoc(operator) or "",
    }


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


def _model(name: str) -> dict[str, Any]:
    from towhee.models.describe import describe_embedded, describe_timm

    about = describe_embedded() if name in _embedded_names() else describe_timm(name)
    return {"kind": "model", **about}


def _embedded_names() -> tuple[str, ...]:
    from towhee.models.embedded_model import embedded_model

    full = embedded_model().name
    return (full, full.partition(" ")[0])


def _model_names() -> list[str]:
    """The models that can be described here: all of timm's if it is installed."""
    from towhee.errors import MissingExtraError
    from towhee.models.pretrained_tags import PINNED
    from towhee.models.timm_models import import_timm

    try:
        names = import_timm().list_models()
    except MissingExtraError:
        names = list(PINNED)
    return [*_embedded_names(), *names]


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
        "extras": {
            extra: {"installed": is_installed(extra), "packages": packages[extra]}
            for extra in packages
        },
        "caches": {"weights (HF_HOME)": str(cache) if cache else None},
    }


def _say(about: Mapping[str, Any], indent: str = "") -> None:
    """Plain values, a line each; longer texts in blocks of their own at the end."""
    blocks = {key: value for key, value in about.items() if _is_block(value)}
    width = max((len(str(key)) for key in about if key not in blocks), default=0)
    for key, value in about.items():
        if key not in blocks:
            say(f"{indent}{key!s:<{width}}  {_plain(value)}".rstrip())
    for key, value in blocks.items():
        say(f"\n{indent}{key}" if not indent else f"{indent}{key}")
        if isinstance(value, Mapping):
            _say(value, indent + "  ")
        elif isinstance(value, list):
            for item in value:
                say(f"{indent}  {_item(item)}")
        else:
            for line in str(value).splitlines():
                say(f"{indent}  {line}".rstrip())


def _is_block(value: Any) -> bool:
    is_long = isinstance(value, str) and "\n" in value
    return is_long or (isinstance(value, (Mapping, list)) and bool(value))


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None or value in ([], {}):
        return "-"
    return str(value)


def _item(item: Any) -> str:
    if isinstance(item, Mapping):
        return ", ".join(f"{key}: {_plain(value)}" for key, value in item.items())
    return str(item)
