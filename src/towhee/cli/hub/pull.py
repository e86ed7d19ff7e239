"""``towhee hub pull``: a package, or the weights of a model, onto this machine."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Annotated

import typer

from towhee.cli.hub.options import Home, Revision
from towhee.cli.hub.rows import size_text
from towhee.cli.messages import Json, Verbose, note, say, say_json
from towhee.cli.models import is_of_known_model, pipeline_behind
from towhee.cli.progress import transfer

if TYPE_CHECKING:
    from towhee.hub.package import Package


def pull(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME",
            help="A package, owner/name; a model of timm or sentence-transformers; or a pipeline.",
            show_default=False,
        ),
    ],
    revision: Revision = None,
    home: Home = None,
    as_json: Json = False,
    verbose: Verbose = False,
) -> None:
    """Download a package, or a model's weights, so that it works offline.

    Prints where they are. Nothing is downloaded that is there already.

    Examples:

    \b
      towhee hub pull me/birds --home https://example.org/packages
      towhee hub pull me/birds@1.2.0
      towhee hub pull resnet50
      towhee hub pull image-embedding-vit_small_patch14_dinov2
      towhee hub pull all-MiniLM-L6-v2
    """
    if revision is not None or home is not None or _is_package(name):
        _pull_package(name, revision, home, as_json)
    else:
        _pull_weights(name, as_json)


def _pull_package(name: str, revision: str | None, home: str | None, as_json: bool) -> None:
    from towhee.hub.pulling import pull as pull_package

    started = time.perf_counter()
    with transfer(f"pulling {name}") as progress:
        package = pull_package(name, revision=revision, home=home, progress=progress)
    if as_json:
        say_json({**_about(package), "seconds": round(time.perf_counter() - started, 3)})
        return
    manifest = package.manifest
    say(f"{manifest.name} {manifest.version}: {size_text(manifest.bytes)} in {package.folder}")
    say(f"revision {package.revision}")


def _about(package: Package) -> dict[str, object]:
    manifest = package.manifest
    return {
        "name": manifest.name,
        "version": manifest.version,
        "revision": package.revision,
        "kind": manifest.kind,
        "path": str(package.folder),
        "bytes": manifest.bytes,
    }


def _is_package(name: str) -> bool:
    """Whether a name is that of a package and not of a model.

    The Hub has both under ``owner/name``: a package is what holds a ``towhee.yaml``.
    """
    from towhee.hub.homes import HOME
    from towhee.hub.manifest import MANIFEST
    from towhee.hub.names import is_package_name
    from towhee.hub.package_cache import PackageCache

    plain, at, _ = name.partition("@")
    if not is_package_name(plain) or is_of_known_model(plain):
        return False
    if at or os.environ.get(HOME) or PackageCache().find(plain, None, None):
        return True
    from towhee.errors import MissingExtraError
    from towhee.models.hub_weights import pulled_if_there

    try:
        return pulled_if_there(plain, MANIFEST, model_name=plain) is not None
    except MissingExtraError:
        return False


def _pull_weights(name: str, as_json: bool) -> None:
    from towhee.pipelines.weights import is_in_package, pulled, weights_here

    spec = pipeline_behind(name)
    if is_in_package(spec) or spec.model_name is None:
        inside = is_in_package(spec)
        if as_json:
            say_json({"model": spec.name, "path": None, "bytes": 0, "inside_package": inside})
        else:
            why = "the model is inside the package" if inside else "it works without weights"
            say(f"{spec.name}: {why}; there is nothing to download")
        return
    started = time.perf_counter()
    if weights_here(spec) is False:
        note(f"downloading the weights of {spec.model_name} ...")
    full_name, path = pulled(spec)
    files = path.iterdir() if path.is_dir() else [path]
    size = sum(file.stat().st_size for file in files)
    if as_json:
        say_json(
            {
                "model": full_name,
                "path": str(path),
                "bytes": size,
                "seconds": round(time.perf_counter() - started, 3),
                "inside_package": False,
            }
        )
    else:
        say(f"{full_name}: {size_text(size)} in {path}")
