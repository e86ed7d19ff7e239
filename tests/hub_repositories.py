"""The repositories of the tests' Hub: folders, each with the commits that were made to it."""

from __future__ import annotations

import functools
import hashlib
import re
import shutil
from dataclasses import dataclass, field
from pathlib import Path

LARGE = (".safetensors", ".bin", ".onnx", ".npy")
"""What the Hub keeps beside git, and calls by its sha256."""

_COMMIT = re.compile(r"[0-9a-f]{40}")


@dataclass(frozen=True)
class Blob:
    """A file's content, and what the Hub calls it."""

    content: bytes
    is_large: bool

    @functools.cached_property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()

    @functools.cached_property
    def git_oid(self) -> str:
        return hashlib.sha1(b"blob %d\0" % len(self.content) + self.content).hexdigest()

    @property
    def etag(self) -> str:
        return self.sha256 if self.is_large else self.git_oid


@dataclass
class Repositories:
    """``<root>/<owner>/<name>/<file>``, and what the folders held at earlier commits."""

    root: Path
    history: dict[tuple[str, str], dict[str, Blob]] = field(default_factory=dict)
    _read: dict[tuple[Path, int, int], Blob] = field(default_factory=dict)

    def names(self) -> list[str]:
        return sorted(folder.relative_to(self.root).as_posix() for folder in self.root.glob("*/*"))

    def has(self, name: str) -> bool:
        return (self.root / name).is_dir()

    def newest(self, name: str) -> tuple[str, dict[str, Blob]]:
        """The commit of what the folder holds, and its files."""
        folder = self.root / name
        found = sorted(file for file in folder.rglob("*") if file.is_file())
        files = {file.relative_to(folder).as_posix(): self._blob(file) for file in found}
        state = "".join(f"{path} {blob.etag}\n" for path, blob in files.items())
        return hashlib.sha1(f"{name}\n{state}".encode()).hexdigest(), files

    def at(self, name: str, revision: str) -> tuple[str, dict[str, Blob]] | None:
        """A commit and its files, ``None`` for a branch that is not there.

        A commit that was never made here stands for what the folder holds: models are pinned to
        commits of the real Hub.
        """
        if (name, revision) in self.history:
            return revision, self.history[name, revision]
        commit, files = self.newest(name)
        if revision == "main":
            return commit, files
        return (revision, files) if _COMMIT.fullmatch(revision) else None

    def commit(self, name: str, added: dict[str, bytes], deleted: list[str]) -> str:
        """Change a folder; what it held stays to be had by its commit."""
        before, files = self.newest(name)
        self.history[name, before] = files
        folder = self.root / name
        for path in deleted:
            gone = folder / path
            shutil.rmtree(gone) if gone.is_dir() else gone.unlink()
        for path, content in added.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(content)
        commit, files = self.newest(name)
        self.history[name, commit] = files
        return commit

    def _blob(self, file: Path) -> Blob:
        seen = file.stat()
        key = (file, seen.st_mtime_ns, seen.st_size)
        if key not in self._read:
            self._read[key] = Blob(file.read_bytes(), file.suffix in LARGE)
        return self._read[key]
