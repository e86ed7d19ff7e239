"""Where packages live: what a directory, an index behind HTTP and the Hub have in common."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

from towhee.errors import PackageError, UnknownNameError
from towhee.hub.manifest import Manifest, PackageFile
from towhee.hub.package import Package

Progress = Callable[[int], None]
"""Is told of each piece that was transferred: its bytes."""

_SHORTEST = 8
_SHOWN = 10
_DIGEST = re.compile(r"[0-9a-f]+")


@dataclass(frozen=True, slots=True)
class Listed:
    """A package as a home lists it.

    Attributes:
        name: ``"owner/name"``.
        revision: its newest.
        version: what its author calls that.
        kind: operator, pipeline or model.
        summary: what it does.
        license: of what lies in it.
        bytes: what it takes.
    """

    name: str
    revision: str
    version: str | None = None
    kind: str | None = None
    summary: str = ""
    license: str | None = None
    bytes: int | None = None

    @classmethod
    def of(cls, manifest: Manifest, revision: str) -> Listed:
        """What a list says of the package with this manifest."""
        return cls(
            manifest.name,
            revision,
            manifest.version,
            manifest.kind,
            manifest.summary,
            manifest.license,
            manifest.bytes,
        )

    def matches(self, words: str) -> bool:
        """Whether all words are in its name or its summary."""
        text = f"{self.name} {self.kind} {self.summary}".casefold()
        return all(word in text for word in words.casefold().split())


@runtime_checkable
class Home(Protocol):
    """Keeps packages and gives them out.

    Attributes:
        address: what names it: a path, an address, or ``"hf"``.
    """

    address: str

    def list(self, words: str = "") -> Sequence[Listed]:
        """The packages in whose name or summary all these words are."""
        ...

    def manifest(self, name: str, revision: str | None = None) -> tuple[str, bytes]:
        """The exact revision of a package, and the bytes of its ``towhee.yaml``.

        Args:
            name: ``"owner/name"``.
            revision: a revision, the beginning of one, or a version; the newest if not given.

        Raises:
            PackageError: if there is none, or the home does not answer.
        """
        ...

    def fetch(
        self, name: str, revision: str, file: PackageFile, target: Path, progress: Progress
    ) -> None:
        """Bring a file of a package to a path; what lies there already is gone on from.

        Raises:
            PackageError: if it cannot be had.
        """
        ...

    def publish(self, package: Package, progress: Progress) -> str:
        """Take a package in; gives its revision.

        Raises:
            PackageError: if it cannot be taken.
        """
        ...


def no_progress(count: int) -> None:
    """Tell nobody."""


def chosen_revision(
    name: str, asked: str, known: Sequence[tuple[str, str | None]], where: str
) -> str:
    """The revision that a user means.

    Args:
        name: of the package.
        asked: a revision, the beginning of one of at least eight digits, or a version.
        known: revisions and their versions, the newest last.
        where: the home, for messages.

    Raises:
        UnknownNameError: if there is none.
        PackageError: if several begin so.
    """
    revisions = [revision for revision, _ in known]
    if asked in revisions:
        return asked
    of_version = [revision for revision, version in known if version == asked]
    if of_version:
        return of_version[-1]
    if len(asked) >= _SHORTEST and _DIGEST.fullmatch(asked):
        begin = [revision for revision in revisions if revision.startswith(asked)]
        if len(begin) > 1:
            raise PackageError(f"{len(begin)} revisions of {name} begin with {asked}")
        if begin:
            return begin[0]
    versions = list(dict.fromkeys(version for _, version in known if version))
    there = f"(it has {', '.join(versions[-_SHOWN:])})"
    kind = f"revision of {name} in {where}"
    raise UnknownNameError(kind, asked, [*versions, *revisions], there)


def no_such_package(name: str, where: str, known: Sequence[str]) -> UnknownNameError:
    """The error for a name that a directory or an index does not have."""
    lists = f"in {where}; `towhee hub list --home {where}` lists them"
    return UnknownNameError("package", name, known, lists)
