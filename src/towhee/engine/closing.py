"""End the generators that a run is made of with the run."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from towhee.engine.chunk import Chunk


def closed_by(resources: contextlib.ExitStack, chunks: Iterator[Chunk]) -> Iterator[Chunk]:
    """The chunks, whose generator ends with the run and not when it is collected.

    An exception that somebody keeps would keep it, and the runs inside it, alive.
    """
    close = getattr(chunks, "close", None)
    if close is not None:
        resources.callback(close)
    return chunks
