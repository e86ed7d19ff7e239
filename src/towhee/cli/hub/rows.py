"""Packages as rows of a table, and as plain values."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from towhee.cli.messages import counted, say, say_json, say_table

if TYPE_CHECKING:
    from towhee.hub.home import Listed
    from towhee.hub.package_cache import Cached

_MEGABYTE = 10**6

SHOWN = 12
"""The digits of a revision that a table shows; they are enough to name it."""


def size_text(count: int | None) -> str:
    """Bytes as people read them."""
    if count is None:
        return ""
    return f"{count / 1e6:,.1f} MB" if count >= _MEGABYTE // 10 else f"{count / 1e3:,.1f} kB"


def say_listed(packages: Iterable[Listed], as_json: bool) -> None:
    """Packages of a home."""
    found = list(packages)
    if as_json:
        say_json([{key: getattr(each, key) for key in each.__slots__} for each in found])
        return
    say_table(
        ("name", "version", "revision", "kind", "size", "licence", "what it does"),
        [
            (
                each.name,
                each.version,
                each.revision[:SHOWN],
                each.kind,
                size_text(each.bytes),
                each.license,
                each.summary,
            )
            for each in found
        ],
    )


def cached_row(cached: Cached) -> dict[str, Any]:
    """A package that was pulled, as plain values."""
    manifest = cached.package.manifest
    return {
        "name": manifest.name,
        "version": manifest.version,
        "revision": cached.package.revision,
        "kind": manifest.kind,
        "bytes": cached.disk_bytes,
        "license": manifest.license,
        "summary": manifest.summary,
        "home": cached.home,
        "is_newest": cached.is_newest,
        "folder": str(cached.package.folder),
    }


def say_cached(packages: Iterable[Cached], root: str, as_json: bool) -> None:
    """Packages that were pulled, and what they take."""
    rows = [cached_row(each) for each in packages]
    if as_json:
        say_json(rows)
        return
    say_table(
        ("name", "version", "revision", "kind", "size", "licence", "from"),
        [
            (
                row["name"],
                row["version"],
                row["revision"][:SHOWN],
                row["kind"],
                size_text(row["bytes"]),
                row["license"],
                row["home"],
            )
            for row in rows
        ],
    )
    total = sum(row["bytes"] for row in rows)
    say(f"{counted(len(rows), 'package')}, {size_text(total)} in {root}")
