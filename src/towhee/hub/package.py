"""A package on this machine's disk."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from towhee.errors import PackageError
from towhee.hub.arguments import check_arguments, read_value
from towhee.hub.manifest import (
    MANIFEST,
    PIPELINE_FILE,
    Manifest,
    PackageFile,
    digest_of,
    read_manifest,
)
from towhee.hub.strict_yaml import LARGEST, strict_yaml
from towhee.models.file_digest import file_sha256, file_sha256_once


@dataclass(frozen=True, slots=True)
class Package:
    """A folder that holds a ``towhee.yaml`` and what it lists.

    Attributes:
        folder: where it lies.
        manifest: what its ``towhee.yaml`` says.
        revision: which state of it this is: the digest of its manifest, or the commit of a
            repository of the Hub.
    """

    folder: Path
    manifest: Manifest
    revision: str

    @property
    def name(self) -> str:
        """``"owner/name"``."""
        return self.manifest.name

    def damaged(self) -> list[PackageFile]:
        """The files that are not there, or are not what the manifest says."""
        return [file for file in self.manifest.files if not is_sound(self.folder / file.path, file)]

    def verify(self) -> None:
        """Compare all files with the manifest.

        Raises:
            PackageError: for one that is absent or differs, or that the manifest does not list.
        """
        for file in self.damaged():
            raise PackageError(damage_of(self.folder / file.path, file))
        listed = {*self.manifest.paths, MANIFEST}
        for path in paths_in(self.folder):
            if path not in listed:
                raise PackageError(
                    f"{str(self.folder / path)!r} is not listed in {MANIFEST}; delete it, or have "
                    "`towhee hub validate --write` list it"
                )
        self.pipeline()

    def arguments(self) -> dict[str, Any]:
        """The arguments of its operator, with paths as they are from here."""
        return {
            name: read_value(value, self.folder) for name, value in self.manifest.arguments.items()
        }

    def pipeline(self) -> dict[str, Any] | None:
        """What its ``pipeline.yaml`` says, with paths as they are from here; ``None`` without one.

        Raises:
            PackageError: if it cannot be read, or names what is not in the package.
        """
        if PIPELINE_FILE not in self.manifest.paths:
            return None
        content = strict_yaml((self.folder / PIPELINE_FILE).read_bytes(), PIPELINE_FILE)
        if not isinstance(content, dict):
            raise PackageError(f"{PIPELINE_FILE} of {self.name} describes no pipeline")
        for part in ("steps", "pipe"):
            check_arguments(content.get(part), self.manifest.paths, PIPELINE_FILE)
            if part in content:
                content[part] = read_value(content[part], self.folder)
        return content


def read_package(folder: str | os.PathLike[str], revision: str | None = None) -> Package:
    """The package in a folder; its files are not read yet.

    Args:
        folder: holds a ``towhee.yaml``.
        revision: which state of it this is, if that is not the digest of its manifest.

    Raises:
        PackageError: if it is none.
    """
    file = Path(folder) / MANIFEST
    try:
        with file.open("rb") as opened:
            content = opened.read(LARGEST + 1)
    except OSError as error:
        raise PackageError(
            f"{str(folder)!r} holds no {MANIFEST}, so it is no package ({error.strerror})"
        ) from error
    return Package(Path(folder), read_manifest(content), revision or digest_of(content))


def is_package_folder(path: str | os.PathLike[str]) -> bool:
    """Whether a folder holds a ``towhee.yaml``."""
    return os.path.isfile(os.path.join(path, MANIFEST))  # Path's refuses what is too long


def is_sound(path: Path, file: PackageFile) -> bool:
    """Whether a file on the disk is the one that a manifest lists."""
    try:
        if path.is_symlink() or path.stat().st_size != file.bytes:
            return False
        return file_sha256_once(path) == file.sha256
    except OSError:
        return False


def damage_of(path: Path, file: PackageFile) -> str:
    """What is the matter with a file that is not as a manifest lists it."""
    if path.is_symlink():
        return f"{str(path)!r} is a link; a package holds files alone"
    if not path.is_file():
        return f"{str(path)!r} is missing"
    found = path.stat().st_size
    if found != file.bytes:
        seen = f"{found:,} bytes, not {file.bytes:,}"
    else:
        seen = f"sha256 {file_sha256(path)[:12]}…, not {file.sha256[:12]}…"
    return (
        f"{str(path)!r} is damaged ({seen}); if it is yours and you changed it, `towhee hub "
        "validate FOLDER --write` lists it anew"
    )


def paths_in(folder: Path) -> Iterator[str]:
    """The relative paths of all files in a folder, in order; what begins with a dot is left out.

    Raises:
        PackageError: for a link, which may lead anywhere.
    """
    for where, folders, files in os.walk(folder):
        folders[:] = sorted(each for each in folders if _counts(each))
        for name in sorted([*folders, *files]):
            path = Path(where, name)
            if path.is_symlink():
                raise PackageError(f"{str(path)!r} is a link; a package holds files alone")
            if name in files and _counts(name):
                yield path.relative_to(folder).as_posix()


def _counts(name: str) -> bool:
    return not name.startswith(".") and name != "__pycache__"


def listed_files(folder: Path) -> tuple[PackageFile, ...]:
    """All files in a folder as a manifest lists them.

    Raises:
        PackageError: for a link, or a name that no package can hold.
    """
    return tuple(
        PackageFile(path, file_sha256(folder / path), (folder / path).stat().st_size)
        for path in paths_in(folder)
        if path != MANIFEST
    )
