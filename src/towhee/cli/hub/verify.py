"""``towhee hub verify``: whether what was pulled is what was pushed."""

from __future__ import annotations

from typing import Annotated

import typer

from towhee.cli.hub.rows import SHOWN
from towhee.cli.messages import Json, Verbose, counted, reason, say, say_json
from towhee.errors import PackageError


def verify(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[NAME]...", help="Packages; all if none is named.", show_default=False
        ),
    ] = None,
    as_json: Json = False,
    verbose: Verbose = False,
) -> None:
    """Compare every file of the packages that were pulled with its digest.

    Exit code 1 if one is damaged; `towhee hub pull` mends it.

    Examples:

    \b
      towhee hub verify
      towhee hub verify me/birds
    """
    from towhee.hub.names import package_name
    from towhee.hub.package_cache import PackageCache

    chosen = [package_name(name) for name in names or ()]
    packages = [each.package for each in PackageCache().packages()]
    for name in chosen:
        if name not in [package.name for package in packages]:
            raise PackageError(f"{name} is not here; `towhee hub pull {name}` brings it")
    rows = []
    for package in packages:
        if chosen and package.name not in chosen:
            continue
        try:
            package.verify()
            error = None
        except PackageError as damage:
            error = reason(damage)
        rows.append({"name": package.name, "revision": package.revision, "error": error})
    if as_json:
        say_json(rows)
    else:
        for row in rows:
            said = row["error"] or "sound"
            say(f"{row['name']} {str(row['revision'])[:SHOWN]}: {said}")
        say(counted(len(rows), "package"))
    if any(row["error"] for row in rows):
        raise typer.Exit(1)
