"""The options that say where something runs, and in how many processes."""

from __future__ import annotations

import re
from enum import Enum
from typing import Annotated

import typer


class Engine(str, Enum):
    """Where something runs."""

    LOCAL = "local"
    RAY = "ray"


Address = Annotated[
    str | None,
    typer.Option(
        metavar="HOST:PORT",
        help="The Ray cluster, or auto; one of this machine alone if not given.",
        show_default=False,
    ),
]


def check_only_on_ray(engine: Engine, **given: bool) -> None:
    """Refuse what only means something on a cluster.

    Args:
        engine: the one that was chosen.
        given: whether each option was given, by its name with underscores.

    Raises:
        typer.BadParameter: for the first that was given to the local engine.
    """
    for name, is_given in given.items():
        if is_given and engine is Engine.LOCAL:
            option = f"--{name.replace('_', '-')}"
            raise typer.BadParameter("it is of --engine ray", param_hint=option)


def bounds(text: str, option: str) -> tuple[int, int]:
    """The least and the most of ``1:4``, or of ``4``.

    Raises:
        typer.BadParameter: for any other text.
    """
    found = re.fullmatch("([0-9]{1,6})(?::([0-9]{1,6}))?", text)
    if not found:
        raise typer.BadParameter(f"{text!r} is no MIN:MAX, such as 1:4", param_hint=option)
    return int(found[1]), int(found[2] or found[1])
