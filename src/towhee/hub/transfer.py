"""Bytes from anywhere into a file, no more of them than were announced."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO

from towhee.errors import PackageError
from towhee.hub.home import Progress
from towhee.hub.manifest import PackageFile

CHUNK = 1 << 17
"""Bytes that are read at once; what was read and not written yet is lost when a process dies."""


def kept_bytes(target: Path, file: PackageFile) -> int:
    """How much of a file lies there from an earlier transfer, to be gone on from."""
    kept = target.stat().st_size if target.is_file() else 0
    return kept if kept < file.bytes else 0


def write_pieces(
    pieces: Iterable[bytes], target: Path, file: PackageFile, *, start: int, progress: Progress
) -> None:
    """Write a file, or the rest of one.

    Args:
        pieces: its content from ``start`` on.
        target: where to; its folder is made.
        file: what is expected.
        start: where the first piece goes; 0 begins anew.
        progress: is told of each piece.

    Raises:
        PackageError: if more comes than the manifest lists.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    written = start
    with target.open("r+b" if start else "wb") as opened:
        opened.seek(start)
        opened.truncate()
        for piece in pieces:
            written += len(piece)
            if written > file.bytes:
                raise PackageError(
                    f"{file.path} is sent with more than the {file.bytes:,} bytes that the "
                    "manifest lists"
                )
            opened.write(piece)
            progress(len(piece))


def pieces_of(opened: IO[bytes]) -> Iterator[bytes]:
    """The rest of an open file."""
    while piece := opened.read(CHUNK):
        yield piece
