"""Packages that were pulled: ``<owner>/<name>/<revision>/`` in a folder of the user's.

A package is there as a whole or not at all: it is put together beside, and moved into its place.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from towhee.errors import PackageError
from towhee.hub.file_lock import locked
from towhee.hub.home import chosen_revision
from towhee.hub.manifest import MANIFEST, digest_of
from towhee.hub.names import is_package_name, package_name
from towhee.hub.package import Package, read_package

_ORIGIN = ".origin.json"
_PULLED = ".pulled.json"
_PARTS = ".parts"
_LOCKS = ".locks"


@dataclass(frozen=True, slots=True)
class Cached:
    """A package that was pulled.

    Attributes:
        package: it.
        home: where it came from.
        disk_bytes: what it takes.
        is_newest: whether no other revision of it was pulled later.
    """

    package: Package
    home: str
    disk_bytes: int
    is_newest: bool


class PackageCache:
    """Packages that were pulled, and parts of some that are on the way.

    Args:
        root: the folder; ``towhee/hub`` under ``XDG_CACHE_HOME`` or ``~/.cache`` if not given.
    """

    def __init__(self, root: str | os.PathLike[str] | None = None) -> None:
        if root is None:
            base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
            root = Path(base, "towhee", "hub")
        self.root = Path(root).absolute()

    def lock(self, name: str) -> AbstractContextManager[None]:
        """Keep other processes from changing a package."""
        return locked(self.root / _LOCKS / f"{package_name(name).replace('/', '--')}.lock")

    def find(self, name: str, revision: str | None, home: str | None) -> Package | None:
        """A package that was pulled, ``None`` if none is here; its files are not looked at.

        Args:
            name: of the package.
            revision: as users state it; the one that was pulled last if not given.
            home: only what came from there, unless the revision is named in full.
        """
        folder = self.root / package_name(name)
        here = self._revisions(folder)
        if revision is not None and revision in here:
            return self.package(name, revision)
        last = _read_json(folder / _PULLED)
        if revision is None:
            known = [each for where, each in last.items() if home in (None, where)]
            return self.package(name, known[-1]) if known and known[-1] in here else None
        packages = [(each, self.package(name, each)) for each in here]
        versions = [(each, found.manifest.version) for each, found in packages if found]
        try:
            exact = chosen_revision(name, revision, versions, str(self.root))
        except LookupError:
            return None
        found = self.package(name, exact)
        return found if found and home in (None, self.origin(found)) else None

    def package(self, name: str, revision: str) -> Package | None:
        """A package by its exact revision; ``None`` if its manifest is not here, or damaged."""
        folder = self.root / package_name(name) / revision
        about = _read_json(folder / _ORIGIN)
        try:
            if digest_of((folder / MANIFEST).read_bytes()) != about.get("manifest"):
                return None
            return read_package(folder, revision)
        except (OSError, PackageError):
            return None

    def origin(self, package: Package) -> str:
        """The home that a package came from."""
        return _read_json(package.folder / _ORIGIN).get("home", "")

    def last_home(self, name: str) -> str | None:
        """The home that a package was pulled from last, ``None`` if it never was."""
        homes = list(_read_json(self.root / package_name(name) / _PULLED))
        return homes[-1] if homes else None

    def parts(self, name: str, revision: str) -> Path:
        """Where a package is put together; what an earlier attempt left is in it."""
        folder = self.root / _PARTS / package_name(name) / revision
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def install(self, name: str, revision: str, content: bytes, home: str) -> Package:
        """Move a package that was put together into its place.

        Args:
            name: of the package.
            revision: of the package.
            content: of its manifest.
            home: where it came from.
        """
        parts, final = self.parts(name, revision), self.root / name / revision
        (parts / MANIFEST).write_bytes(content)
        about = {"home": home, "manifest": digest_of(content)}
        (parts / _ORIGIN).write_text(json.dumps(about), encoding="utf-8")
        final.parent.mkdir(parents=True, exist_ok=True)
        if final.exists():
            shutil.rmtree(final)
        os.replace(parts, final)
        _remove_empty(parts.parent, self.root)
        return read_package(final, revision)

    def remember(self, name: str, revision: str, home: str) -> None:
        """Note that a revision is the one that was pulled last from a home."""
        file = self.root / name / _PULLED
        last = _read_json(file)
        last.pop(home, None)
        last[home] = revision
        beside = file.with_name(f"{_PULLED}.{os.getpid()}")
        beside.write_text(json.dumps(last), encoding="utf-8")
        os.replace(beside, file)

    def packages(self) -> list[Cached]:
        """All packages that are here, by their names."""
        found = []
        for folder in sorted(self.root.glob("*/*")):
            name = folder.relative_to(self.root).as_posix()
            if not is_package_name(name):
                continue
            last = list(_read_json(folder / _PULLED).values())
            for revision in self._revisions(folder):
                package = self.package(name, revision)
                if package is not None:
                    size = disk_bytes(package.folder)
                    newest = bool(last) and last[-1] == revision
                    found.append(Cached(package, self.origin(package), size, newest))
        return found

    def remove(self, package: Package) -> int:
        """Delete a package; gives the bytes that were freed."""
        with self.lock(package.name):
            freed = disk_bytes(package.folder)
            shutil.rmtree(package.folder)
            folder = package.folder.parent
            last = _read_json(folder / _PULLED)
            kept = {home: each for home, each in last.items() if each != package.revision}
            if self._revisions(folder):
                (folder / _PULLED).write_text(json.dumps(kept), encoding="utf-8")
            else:
                shutil.rmtree(folder)
                _remove_empty(folder.parent, self.root)
        return freed

    def remove_parts(self) -> int:
        """Delete what downloads that broke off have left; gives the bytes that were freed."""
        freed = 0
        for folder in sorted((self.root / _PARTS).glob("*/*")):
            with self.lock(folder.relative_to(self.root / _PARTS).as_posix()):
                freed += disk_bytes(folder)
                shutil.rmtree(folder, ignore_errors=True)
        return freed

    def _revisions(self, folder: Path) -> list[str]:
        if not folder.is_dir():
            return []
        found = (each for each in folder.iterdir() if (each / _ORIGIN).is_file())
        return [each.name for each in sorted(found, key=lambda each: each.stat().st_mtime_ns)]


def disk_bytes(folder: Path) -> int:
    """What the files in a folder hold."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def _read_json(file: Path) -> dict[str, str]:
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def _remove_empty(folder: Path, root: Path) -> None:
    """Remove a folder and those around it, as far as they are empty."""
    while folder != root:
        with contextlib.suppress(OSError):
            folder.rmdir()
            folder = folder.parent
            continue
        return
