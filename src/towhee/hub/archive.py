"""Packages as one file, to be carried about: zip and tar archives."""

from __future__ import annotations

import lzma
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO

from towhee.errors import PackageError
from towhee.hub.home import no_progress
from towhee.hub.manifest import MANIFEST, read_manifest
from towhee.hub.names import file_path
from towhee.hub.package import Package, read_package
from towhee.hub.strict_yaml import LARGEST
from towhee.hub.transfer import pieces_of, write_pieces

SUFFIXES = (".zip", ".tar", ".tar.gz", ".tgz")
_MOST_MEMBERS = 20_000
_DAMAGES = (
    zipfile.BadZipFile,
    tarfile.TarError,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    RuntimeError,  # an archive with a password, or packed in a way that Python does not know
)


def is_archive(path: str) -> bool:
    """Whether a file's name is that of an archive."""
    return path.lower().endswith(SUFFIXES)


def unpacked(archive: Path, folder: Path) -> Package:
    """The package in an archive, unpacked into a folder and verified.

    Nothing is written outside the folder, and nothing but the files that the manifest lists, each
    with no more bytes than it says. The package may lie in one folder within the archive, as
    archives of folders do.

    Args:
        archive: a ``.zip``, ``.tar`` or ``.tar.gz``.
        folder: an empty one.

    Raises:
        PackageError: if it holds no package, or anything else.
    """
    try:
        if archive.name.lower().endswith(".zip"):
            with zipfile.ZipFile(archive) as opened:
                _unpack(_ZipMembers(opened), archive, folder)
        else:
            with tarfile.open(archive) as opened_tar:
                _unpack(_TarMembers(opened_tar), archive, folder)
    except PackageError:
        raise
    except _DAMAGES as error:
        said = " ".join(str(error).split())
        raise PackageError(f"{str(archive)!r} is no archive, or a damaged one: {said}") from error
    except OSError as error:
        raise PackageError(f"{str(archive)!r} cannot be unpacked: {error}") from error
    package = read_package(folder)
    package.verify()
    return package


class _ZipMembers:
    """The files in a zip archive."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive

    def __iter__(self) -> Iterator[tuple[str, bool]]:
        """The names of its members, and whether each is a plain file."""
        for member in self._archive.infolist():
            if not member.is_dir():
                mode = member.external_attr >> 16
                yield member.filename, not stat.S_IFMT(mode) or stat.S_ISREG(mode)

    def open(self, name: str) -> IO[bytes]:
        """A member, to be read."""
        return self._archive.open(name)


class _TarMembers:
    """The files in a tar archive."""

    def __init__(self, archive: tarfile.TarFile) -> None:
        self._archive = archive

    def __iter__(self) -> Iterator[tuple[str, bool]]:
        """The names of its members, and whether each is a plain file."""
        for member in self._archive:
            if not member.isdir():
                yield member.name, member.isreg()

    def open(self, name: str) -> IO[bytes]:
        """A member, to be read."""
        opened = self._archive.extractfile(name)
        if opened is None:
            raise PackageError(f"{name!r} in the archive is no file")
        return opened


def _unpack(members: _ZipMembers | _TarMembers, archive: Path, folder: Path) -> None:
    names = _names(members, archive)
    tops = {name.partition("/")[0] for name in names}
    prefix = "" if MANIFEST in names else f"{next(iter(tops))}/" if len(tops) == 1 else ""
    if f"{prefix}{MANIFEST}" not in names:
        raise PackageError(f"{str(archive)!r} holds no {MANIFEST}, so it is no package")
    with members.open(names[prefix + MANIFEST]) as opened:
        content = opened.read(LARGEST + 1)
    manifest = read_manifest(content)
    for name in names:
        path = name.removeprefix(prefix)
        if path != MANIFEST and path not in manifest.paths:
            raise PackageError(f"{str(archive)!r} holds {name!r}, which {MANIFEST} does not list")
    (folder / MANIFEST).write_bytes(content)
    for file in manifest.files:
        if prefix + file.path not in names:
            raise PackageError(f"{str(archive)!r} lacks {file.path}, which {MANIFEST} lists")
        with members.open(names[prefix + file.path]) as source:
            target = folder / file.path
            write_pieces(pieces_of(source), target, file, start=0, progress=no_progress)


def _names(members: Iterable[tuple[str, bool]], archive: Path) -> dict[str, str]:
    """Where each member goes, which is nowhere but into the folder, and its name."""
    names: dict[str, str] = {}
    seen: set[str] = set()
    for name, is_plain in members:
        if not is_plain:
            raise PackageError(f"{str(archive)!r} holds {name!r}, which is a link or a device")
        path = file_path(name.removeprefix("./"))
        if path.casefold() in seen:
            raise PackageError(f"{str(archive)!r} holds two files of one name, {path!r}")
        seen.add(path.casefold())
        names[path] = name
        if len(names) > _MOST_MEMBERS:
            raise PackageError(f"{str(archive)!r} holds more than {_MOST_MEMBERS:,} files")
    return names
