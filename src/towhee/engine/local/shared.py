"""Rows that several readers of one run take, computed once."""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Iterator

from towhee.engine.chunk import Chunk


class SharedRows:
    """Gives each of its readers all chunks; what one has not taken yet waits for it.

    All readers are pulled by one thread.

    Args:
        chunks: the rows.
        readers: how many readers there will be.
    """

    def __init__(self, chunks: Iterator[Chunk], readers: int) -> None:
        self._chunks = chunks
        self._waiting: list[deque[Chunk] | None] = [deque() for _ in range(readers)]
        self._opened = 0

    def reader(self) -> Generator[Chunk, None, None]:
        """The chunks, for the next of the readers."""
        number = self._opened
        self._opened += 1
        return self._read(number)

    def _read(self, number: int) -> Generator[Chunk, None, None]:
        own = self._waiting[number]
        assert own is not None
        try:
            while True:
                if not own:
                    chunk = next(self._chunks, None)
                    if chunk is None:
                        return
                    for waiting in self._waiting:
                        if waiting is not None:
                            waiting.append(chunk)
                yield own.popleft()
        finally:
            self._waiting[number] = None
