"""Packages in a directory: ``<owner>/<name>/<revision>/``, beside the name of the newest."""

from __future__ import annotations

import contextlib
import logging
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO

from towhee.errors import PackageError
from towhee.hub.file_lock import locked
from towhee.hub.home import (
    Listed,
    Progress,
    chosen_revision,
    no_such_package,
)
from towhee.hub.manifest import MANIFEST, PackageFile
from towhee.hub.names import file_path, is_package_name, package_name
from towhee.hub.package import Package, read_package
from towhee.hub.transfer import kept_bytes, pieces_of, write_pieces
from towhee.models.hub_errors import NO_ROOM

logger = logging.getLogger(__name__)

NEWEST = "newest"
_REVISION = re.compile(r"[0-9a-f]{64}")


class DirectoryHome:
    """Keeps packages in a directory, such as one that a team shares.

    A revision is never changed once it is there: it is copied beside, and moved into its place.

    Args:
        root: the directory; made when something is published.
    """

    def __init__(self, root: str | os.PathLike[str]) -> None:
        self.root = Path(root).expanduser().absolute()
        self.address = str(self.root)

    def list(self, words: str = "") -> Sequence[Listed]:
        """The newest revision of each package in whose name or summary the words are."""
        if not self.root.is_dir():
            raise PackageError(f"there is no directory of packages at {self.address!r}")
        found = []
        for name in self._names():
            try:
                package = self.package(name)
            except PackageError as error:
                logger.warning("left out: %s", error)
                continue
            found.append(Listed.of(package.manifest, package.revision))
        return [each for each in found if each.matches(words)]

    def history(self, name: str) -> Sequence[tuple[str, str | None]]:
        """The revisions of a package and their versions, the newest last."""
        folder = self._folder(name)
        revisions = [each.name for each in folder.iterdir() if _REVISION.fullmatch(each.name)]
        newest = self._newest(name)
        revisions.sort(key=lambda revision: (revision == newest, _published(folder / revision)))
        return [(each, read_package(folder / each).manifest.version) for each in revisions]

    def package(self, name: str, revision: str | None = None) -> Package:
        """A package where it lies.

        Raises:
            UnknownNameError: if there is none.
            PackageError: if it is damaged.
        """
        folder = self._folder(name)
        if revision is None:
            exact = self._newest(name)
        elif _REVISION.fullmatch(revision) and (folder / revision).is_dir():
            exact = revision
        else:
            exact = chosen_revision(name, revision, self.history(name), self.address)
        package = read_package(folder / exact)
        if package.revision != exact:
            raise PackageError(
                f"{str(folder / exact / MANIFEST)!r} is damaged: it is not what it was published as"
            )
        return package

    def manifest(self, name: str, revision: str | None = None) -> tuple[str, bytes]:
        """The exact revision of a package, and the bytes of its manifest."""
        package = self.package(name, revision)
        return package.revision, (package.folder / MANIFEST).read_bytes()

    def fetch(
        self, name: str, revision: str, file: PackageFile, target: Path, progress: Progress
    ) -> None:
        """Copy a file of a package to a path."""
        start = kept_bytes(target, file)
        with self.opened(name, revision, file.path) as source:
            source.seek(start)
            write_pieces(pieces_of(source), target, file, start=start, progress=progress)

    @contextlib.contextmanager
    def opened(self, name: str, revision: str, path: str) -> Iterator[IO[bytes]]:
        """A file of a package, to be read.

        Raises:
            PackageError: if it is not there, or is a link that leads out of the package.
        """
        folder = self._folder(name) / revision
        file = folder / (path if path == MANIFEST else file_path(path))
        if not file.resolve().is_relative_to(folder.resolve()):
            raise PackageError(f"{str(file)!r} is a link that leads out of the package")
        try:
            source = file.open("rb")
        except OSError as error:
            raise PackageError(f"{str(file)!r} cannot be read: {error.strerror}") from error
        with source:
            yield source

    def publish(self, package: Package, progress: Progress) -> str:
        """Copy a package into the directory, and make it the newest of its name."""
        package.verify()
        content = (package.folder / MANIFEST).read_bytes()
        revision = read_package(package.folder).revision
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            with locked(self.root / ".lock"), _beside(self.root) as staging:
                _copy_files(package, staging, progress)
                (staging / MANIFEST).write_bytes(content)
                read_package(staging).verify()
                self._put_in_place(package.name, revision, staging)
        except OSError as error:
            if error.errno in NO_ROOM:
                raise PackageError(f"there is no room in {self.address!r}: {error}") from error
            raise PackageError(f"{self.address!r} cannot be written to: {error}") from error
        return revision

    def remove(self, name: str, revision: str) -> None:
        """Delete a revision of a package."""
        folder = self._folder(name)
        with locked(self.root / ".lock"):
            shutil.rmtree(folder / revision)
            left = [each for each in folder.iterdir() if _REVISION.fullmatch(each.name)]
            if left:
                _write_newest(folder, max(left, key=_published).name)
            else:
                shutil.rmtree(folder)

    def _put_in_place(self, name: str, revision: str, staging: Path) -> None:
        folder = self.root / package_name(name)
        folder.mkdir(parents=True, exist_ok=True)
        final = folder / revision
        if final.exists():  # the same content, or what is left of it: the new copy is sound
            shutil.rmtree(final)
        os.replace(staging, final)
        _write_newest(folder, revision)

    def _names(self) -> Sequence[str]:
        found = (f"{each.parent.parent.name}/{each.parent.name}" for each in self._newest_files())
        return sorted(name for name in found if is_package_name(name))

    def _newest_files(self) -> Iterator[Path]:
        return self.root.glob(f"*/*/{NEWEST}")

    def _folder(self, name: str) -> Path:
        folder = self.root / package_name(name)
        if not (folder / NEWEST).is_file():
            if not self.root.is_dir():
                raise PackageError(f"there is no directory of packages at {self.address!r}")
            raise no_such_package(name, self.address, self._names())
        return folder

    def _newest(self, name: str) -> str:
        return (self.root / name / NEWEST).read_text(encoding="ascii").strip()


def _copy_files(package: Package, folder: Path, progress: Progress) -> None:
    for file in package.manifest.files:
        with (package.folder / file.path).open("rb") as source:
            write_pieces(pieces_of(source), folder / file.path, file, start=0, progress=progress)


@contextlib.contextmanager
def _beside(root: Path) -> Iterator[Path]:
    """A folder on the same disk that is gone at the end, unless it was moved into its place."""
    staging = Path(tempfile.mkdtemp(prefix=".incoming-", dir=root))
    staging.chmod(0o755)
    try:
        yield staging
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _write_newest(folder: Path, revision: str) -> None:
    file = folder / f".{NEWEST}"
    file.write_text(revision + "\n", encoding="ascii")
    os.replace(file, folder / NEWEST)


def _published(folder: Path) -> int:
    return folder.stat().st_mtime_ns
