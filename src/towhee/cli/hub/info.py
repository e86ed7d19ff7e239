"""``towhee hub info``: what a package is."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from towhee.cli.hub.options import Home, Revision
from towhee.cli.hub.rows import size_text
from towhee.cli.messages import Json, Verbose, say, say_json, say_table


def info(
    name: Annotated[str, typer.Argument(metavar="NAME", help="owner/name", show_default=False)],
    revision: Revision = None,
    home: Home = None,
    as_json: Json = False,
    verbose: Verbose = False,
) -> None:
    """Tell what a package is: the one that was pulled, or else the one in a home.

    Examples:

    \b
      towhee hub info me/birds
      towhee hub info me/birds --home /srv/packages --revision 1.0.0
    """
    about = _about(name, revision, home)
    if as_json:
        say_json(about)
        return
    files = about.pop("files")
    width = max(map(len, about))
    for key, value in about.items():
        shown = ", ".join(value) if isinstance(value, list) else value
        say(f"{key:<{width}}  {'-' if shown in (None, '') else shown}")
    say("")
    rows = [(file["path"], size_text(file["bytes"]), file["sha256"]) for file in files]
    say_table(("file", "size", "sha256"), rows)


def _about(name: str, revision: str | None, home: str | None) -> dict[str, Any]:
    from towhee.hub.homes import home_of
    from towhee.hub.manifest import read_manifest
    from towhee.hub.names import name_and_revision
    from towhee.hub.package_cache import PackageCache

    plain, asked = name_and_revision(name, revision)
    cache = PackageCache()
    found = cache.find(plain, asked, None if home is None else home_of(home).address)
    if found is not None:
        manifest, exact, where = found.manifest, found.revision, cache.origin(found)
    else:
        place = home_of(home)
        exact, content = place.manifest(plain, asked)
        manifest, where = read_manifest(content), place.address
    return {
        "name": manifest.name,
        "version": manifest.version,
        "revision": exact,
        "kind": manifest.kind,
        "summary": manifest.summary,
        "license": manifest.license,
        "operator": manifest.operator,
        "code": manifest.code,
        "arguments": dict(manifest.arguments),
        "inputs": list(manifest.inputs),
        "outputs": list(manifest.outputs),
        "extras": list(manifest.extras),
        "made_with": manifest.towhee,
        "bytes": manifest.bytes,
        "home": where,
        "folder": None if found is None else str(found.folder),
        "files": [
            {"path": file.path, "bytes": file.bytes, "sha256": file.sha256}
            for file in manifest.files
        ],
    }
