"""``towhee hub validate``: whether a folder or an archive is a package."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated

import typer

from towhee.cli.hub.rows import size_text
from towhee.cli.messages import Json, Verbose, counted, say, say_json


def validate(
    path: Annotated[
        Path,
        typer.Argument(metavar="PATH", help="A folder with a towhee.yaml, or an archive of one."),
    ],
    write: Annotated[
        bool,
        typer.Option("--write", help="List the files that the folder holds now in towhee.yaml."),
    ] = False,
    as_json: Json = False,
    verbose: Verbose = False,
) -> None:
    """Check a package: its manifest, all its files, what its pipeline names.

    Nothing in it is run.

    Examples:

    \b
      towhee hub validate birds/
      towhee hub validate birds/ --write
      towhee hub validate birds.zip
    """
    from towhee.hub.pushing import package_at, relisted

    with tempfile.TemporaryDirectory(prefix="towhee-package-") as folder:
        if write:
            relisted(path)
        package = package_at(path, Path(folder))
        package.verify()
    manifest = package.manifest
    if as_json:
        say_json(
            {
                "name": manifest.name,
                "version": manifest.version,
                "kind": manifest.kind,
                "revision": package.revision,
                "files": len(manifest.files),
                "bytes": manifest.bytes,
                "runs_code": manifest.code is not None,
                "pickles": list(manifest.pickles),
            }
        )
        return
    size = f"{counted(len(manifest.files), 'file')}, {size_text(manifest.bytes)}"
    say(f"{manifest.name} {manifest.version} is a sound {manifest.kind}: {size}")
    if manifest.code is not None:
        say(f"it runs {manifest.code}, for those who pass trust_remote_code=True")
    for pickle in manifest.pickles:
        say(f"{pickle} is a pickle, loaded for those alone who pass trust_pickle=True")
