"""``towhee hub init``: the beginning of a package, or of an operator of one's own."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

from towhee.cli.messages import Json, Verbose, say, say_json


class PackageKind(str, Enum):
    """What a package holds."""

    PIPELINE = "pipeline"
    OPERATOR = "operator"
    MODEL = "model"


def init(
    name: Annotated[
        str | None,
        typer.Argument(metavar="[NAME]", help="The package: owner/name.", show_default=False),
    ] = None,
    folder: Annotated[
        Path | None,
        typer.Option(help="The folder to make; named like the package if not given."),
    ] = None,
    kind: Annotated[
        PackageKind,
        typer.Option(help="A pipeline; an operator with its Python; or the files of a model."),
    ] = PackageKind.PIPELINE,
    operator: Annotated[
        str | None,
        typer.Option(
            metavar="TASK.NAME",
            help="Make a Python package instead that adds this operator to towhee where it is "
            "installed, with tests.",
            show_default=False,
        ),
    ] = None,
    as_json: Json = False,
    verbose: Verbose = False,
) -> None:
    """Make a folder to begin with: a package for the hub, or an operator to be installed.

    Both are complete as they stand: the package validates, and the operator's tests pass.

    Examples:

    \b
      towhee hub init me/birds
      towhee hub init me/letters --kind operator
      towhee hub init --operator my_task.my_op
    """
    from towhee.hub.package import paths_in
    from towhee.hub.starting import started_operator, started_package

    if (name is None) == (operator is None):
        raise typer.BadParameter("give the NAME of a package, or --operator TASK.NAME")
    if operator is not None:
        made = folder or Path(f"towhee-{operator.replace('.', '-').replace('_', '-')}")
        started_operator(operator, made)
        then = f"pip install -e '{made}[dev]' && pytest {made}"
    else:
        assert name is not None
        made = folder or Path(name.rpartition("/")[2])
        started_package(name, made, kind.value)
        then = f"towhee hub validate {made} --write && towhee hub push {made} --home PACKAGES"
    files = list(paths_in(made))
    if as_json:
        say_json({"folder": str(made.resolve()), "files": files})
        return
    for file in files:
        say(f"{made / file}")
    say(f"\nThen: {then}")
