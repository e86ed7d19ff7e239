"""``towhee hub rm``: packages off this machine."""

from __future__ import annotations

from typing import Annotated

import typer

from towhee.cli.hub.options import Revision
from towhee.cli.hub.rows import SHOWN, size_text
from towhee.cli.messages import Json, Verbose, counted, say, say_json
from towhee.errors import PackageError


def rm(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[NAME]...", help="owner/name, in all its revisions."),
    ] = None,
    revision: Revision = None,
    superseded: Annotated[
        bool,
        typer.Option(
            "--superseded",
            help="Of the named packages, or of all, those that a later pull took the place of; "
            "and what downloads that broke off have left.",
        ),
    ] = False,
    as_json: Json = False,
    verbose: Verbose = False,
) -> None:
    """Delete packages that were pulled; they can be pulled again.

    Examples:

    \b
      towhee hub rm me/birds
      towhee hub rm me/birds --revision 1.0.0
      towhee hub rm --superseded
    """
    from towhee.hub.names import package_name
    from towhee.hub.package_cache import PackageCache

    if not names and not superseded:
        raise typer.BadParameter("name a package, or say --superseded")
    cache = PackageCache()
    chosen = [package_name(name) for name in names or ()]
    here = [each for each in cache.packages() if not chosen or each.package.name in chosen]
    for name in chosen:
        if name not in [each.package.name for each in here]:
            raise PackageError(f"{name} is not here; `towhee hub list` lists what is")
    if revision is not None:
        exact = [cache.find(name, revision, None) for name in chosen]
        revisions = {package.revision for package in exact if package is not None}
        here = [each for each in here if each.package.revision in revisions]
        if not here:
            raise PackageError(f"no revision {revision!r} is here; `towhee hub list` lists them")
    gone = [each.package for each in here if not (superseded and each.is_newest)]
    freed = sum(map(cache.remove, gone)) + (cache.remove_parts() if superseded else 0)
    if as_json:
        removed = [{"name": each.name, "revision": each.revision} for each in gone]
        say_json({"removed": removed, "freed_bytes": freed})
        return
    for package in gone:
        say(f"{package.name} {package.revision[:SHOWN]}")
    say(f"{counted(len(gone), 'package')} deleted, {size_text(freed)} freed")
