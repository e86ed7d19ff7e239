"""``push``: an operator or a pipeline, with its weights, to a home."""

from __future__ import annotations

import os
import re
import tempfile
from dataclasses import asdict, dataclass, replace
from importlib.metadata import version as version_of
from pathlib import Path
from typing import Any, cast

from towhee.errors import PackageError, UsageError
from towhee.hub.archive import is_archive, unpacked
from towhee.hub.card import card_of, training_card
from towhee.hub.home import Home, Progress, no_progress
from towhee.hub.homes import home_of
from towhee.hub.manifest import CARD, MANIFEST, Manifest, read_manifest
from towhee.hub.names import package_name
from towhee.hub.package import Package, listed_files, read_package
from towhee.hub.packing import Contents, packed
from towhee.hub.strict_yaml import strict_yaml, yaml_text
from towhee.operators.base import OperatorRef

_EMBEDDING = re.compile(r"(\w+)_embedding(\..*)?")


@dataclass(frozen=True, slots=True)
class Pushed:
    """What was pushed.

    Attributes:
        name: ``"owner/name"``.
        revision: pins it: ``pipeline(name, revision=revision)``.
        home: where it is now.
        bytes: of its files.
    """

    name: str
    revision: str
    home: str
    bytes: int


def push(
    what: object,
    name: str,
    *,
    home: str | os.PathLike[str] | Home | None = None,
    version: str = "1.0.0",
    summary: str | None = None,
    license: str | None = None,
    card: str | None = None,
    progress: Progress = no_progress,
) -> Pushed:
    """Share an operator or a pipeline: what it does, and the weights that it was given.

    An operator with a ``checkpoint`` takes its files along, whole: weights, preprocessing, labels.
    One that was named by a published model goes by that name, and its weights stay on the Hub.

    Args:
        what: ``ops.task.name(...)``, a pipeline, a pipe, or a package as a folder or an archive.
        name: ``"owner/name"``.
        home: a directory, the address of an index, or ``"hf"`` for the Hugging Face Hub; the
            variable ``TOWHEE_HUB``, or else the Hub, if not given.
        version: what you call this state of it.
        summary: what it does, in one line.
        license: of what lies in it; that of the weights, where they state it, if not given.
        card: its README, in Markdown; one that says how it is used, if not given.
        progress: is told of each piece that goes.

    Raises:
        UsageError: for what cannot be shared.
        PackageError: if the home does not take it.

    Example:
        >>> from towhee import ops
        >>> op = ops.image_embedding.timm(checkpoint="birds/")  # doctest: +SKIP
        >>> push(op, "me/birds", home="/srv/packages")  # doctest: +SKIP
    """
    place = home_of(home)
    package_name(name)
    with tempfile.TemporaryDirectory(prefix="towhee-package-") as folder:
        if isinstance(what, (str, os.PathLike)):
            package = package_at(what, Path(folder))
            if package.name != name:
                raise UsageError(f"{os.fspath(what)!r} holds {package.name}, not {name}")
            return published(package, place, progress)
        about = {"name": name.partition("/")[2], "data": _data(what), "summary": summary or name}
        contents = packed(what, Path(folder), about)
        package = _with_manifest(
            Path(folder),
            contents,
            name=name,
            version=version,
            summary=summary,
            license=license,
            card=card,
        )
        return published(package, place, progress)


def package_at(path: str | os.PathLike[str], folder: Path) -> Package:
    """The package in a folder or an archive.

    Args:
        path: of a folder, or a ``.zip``, ``.tar`` or ``.tar.gz``.
        folder: an empty one, which an archive is unpacked into.

    Raises:
        PackageError: if there is none.
    """
    found = Path(path).expanduser()
    return unpacked(found, folder) if is_archive(found.name) else read_package(found)


def published(package: Package, place: Home, progress: Progress = no_progress) -> Pushed:
    """Hand a package to a home, once it is seen to be sound."""
    package.verify()
    revision = place.publish(package, progress)
    return Pushed(package.name, revision, place.address, package.manifest.bytes)


def write_package(folder: Path, manifest: Manifest) -> Package:
    """Make a folder a package: its ``towhee.yaml``, listing what lies in it.

    Args:
        folder: with the files.
        manifest: whose list may be out of date.
    """
    complete = replace(manifest, files=listed_files(folder))
    (folder / MANIFEST).write_bytes(complete.as_yaml().encode())
    return read_package(folder)


def relisted(folder: Path) -> Package:
    """The package in a folder after its manifest was made to list what lies there now.

    Raises:
        PackageError: if the manifest is wrong apart from its list.
    """
    try:
        content = (folder / MANIFEST).read_bytes()
    except OSError as error:
        raise PackageError(f"{str(folder)!r} holds no {MANIFEST}, so it is no package") from error
    about = strict_yaml(content, MANIFEST)
    if isinstance(about, dict):
        about["files"] = [asdict(file) for file in listed_files(folder)]
    return write_package(folder, read_manifest(yaml_text(about).encode()))


def _with_manifest(
    folder: Path,
    contents: Contents,
    *,
    name: str,
    version: str,
    summary: str | None,
    license: str | None,
    card: str | None,
) -> Package:
    """The package in a folder with its manifest and its card."""
    inputs, outputs = _ends(contents.refs)
    (folder / CARD).touch()
    manifest = Manifest(
        name=name,
        version=version,
        kind=contents.kind,
        summary=summary or "",
        license=license or next(filter(None, map(_license_of, contents.refs)), None),
        operator=contents.operator,
        arguments=contents.arguments,
        inputs=inputs,
        outputs=outputs,
        extras=contents.extras,
        towhee=version_of("towhee"),
        files=listed_files(folder),
    )
    told = card or card_of(manifest, _training_of(contents.refs))
    (folder / CARD).write_text(told, encoding="utf-8")
    return write_package(folder, manifest)


def _data(what: object) -> str:
    """The kind of data that a pipeline takes, as it says itself; any if it does not."""
    return str(getattr(getattr(what, "spec", None), "data", "any"))


def _ends(refs: tuple[OperatorRef, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What goes in and comes out, as far as the names of the operators tell."""
    match = _EMBEDDING.fullmatch(refs[-1].name) if refs else None
    if match is None:
        return (), ()
    return ((match[1] if match[1] != "sentence" else "text",), ("vector",))


def _training_of(refs: tuple[OperatorRef, ...]) -> str:
    """What the trainings say whose weights the operators have."""
    folders = [dict(ref.kwargs).get("checkpoint") for ref in refs]
    found = [training_card(Path(folder)) for folder in folders if isinstance(folder, str)]
    return "\n\n".join(filter(None, found))


def _license_of(ref: OperatorRef) -> str | None:
    """The licence that the weights of an operator state."""
    spec: Any = getattr(ref.instantiate(), "spec", None)
    found = getattr(spec, "license", None)
    return cast("str | None", found) if isinstance(found, str) else None
