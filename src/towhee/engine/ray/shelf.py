"""``Shelf``: an actor beside the caller, with the pieces of rows that are under way."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

_READ_AT_ONCE = 16


@dataclass(slots=True)
class _Pieces:
    """Those of one run. Calls of the actor may overtake each other, so all is numbered."""

    there: dict[int, bytes] = field(default_factory=dict)
    known: int = 0  # all before this one have been here
    end: int | None = None
    changed: asyncio.Event = field(default_factory=asyncio.Event)


class Shelf:
    """Holds each piece of a run until what was made of it has arrived."""

    def __init__(self) -> None:
        self._runs: dict[int, _Pieces] = {}
        self._closed: set[int] = set()

    async def put(self, run: int, number: int, piece: bytes) -> None:
        """Take a piece."""
        pieces = self._of(run)
        pieces.there[number] = piece
        while pieces.known in pieces.there:
            pieces.known += 1
        pieces.changed.set()

    async def forget(self, run: int, number: int) -> None:
        """Let go of a piece, of which everything has arrived."""
        self._of(run).there.pop(number, None)

    async def end(self, run: int, number: int) -> None:
        """There are so many pieces, and no more."""
        pieces = self._of(run)
        pieces.end = number
        pieces.changed.set()

    async def close(self, run: int) -> None:
        """Let go of a run; whoever still reads it comes to its end."""
        self._closed.add(run)
        pieces = self._runs.pop(run, None)
        if pieces is not None:
            pieces.end = pieces.known = 0
            pieces.changed.set()

    async def get(self, run: int, number: int) -> list[bytes]:
        """The pieces from a number on, as soon as there is one; none behind the last.

        One that was let go of is empty: who asks for it reads anew, after a fault, and what was
        made of the piece has arrived.
        """
        pieces = self._of(run)
        while number >= pieces.known and (pieces.end is None or number < pieces.end):
            pieces.changed.clear()
            await pieces.changed.wait()
        stop = min(pieces.known, number + _READ_AT_ONCE)
        return [pieces.there.get(each, b"") for each in range(number, stop)]

    def _of(self, run: int) -> _Pieces:
        if run in self._closed:
            return _Pieces(end=0)  # whoever comes late finds nothing, and waits for nothing
        return self._runs.setdefault(run, _Pieces())


_shelves: dict[str, Any] = {}


def shelf_of_caller(ray: Any) -> Any:
    """The shelf of this process, made when it is first asked for: an actor takes a second.

    It is on the caller's node: if that one is lost, so is the caller.
    """
    context = ray.get_runtime_context()
    job = f"{context.gcs_address} {context.get_job_id()}"
    if job not in _shelves:
        _shelves.clear()  # of a cluster that this process has left
        here = {"ray.io/node-id": context.get_node_id()}
        _shelves[job] = ray.remote(num_cpus=0, label_selector=here)(Shelf).remote()
    return _shelves[job]
