"""How many rows a piece of work has, and how many pieces are under way."""

from __future__ import annotations

import math

_LEAST_SECONDS = 1.0  # of work in a piece: some thirty times what Ray needs to hand it out
_MOST_SECONDS = 2.0
_PIECES_BEFORE = 40  # a piece is this part of the work so far: at the end no worker waits long
_MOST_ROWS = 4096
_PIECES_PER_WORKER = 4


class Pace:
    """Pieces grow until one is worth handing out, and are small at the end of a known number.

    Args:
        workers: how many there are.
        byte_limit: the bytes that all pieces under way may hold.
        total: the number of rows, if it is known.
        batch_size: the number of rows that models are to be given at once, if somebody asked.
        usual: the rows that a piece is to have however long they take: what suits a model.
    """

    def __init__(
        self,
        workers: int,
        byte_limit: int,
        total: int | None,
        batch_size: int | None,
        usual: int = 1,
    ) -> None:
        self.pieces = _PIECES_PER_WORKER * workers
        self._byte_limit = byte_limit // self.pieces
        self._at_work_limit = byte_limit // workers
        self._left = total
        of_all = _MOST_ROWS if total is None else math.ceil(total / self.pieces)
        self._least = max(1, min(usual, of_all))
        self._multiple = batch_size or 1
        self._rows = 1
        self._usual = usual
        self._workers = workers
        self._seconds = 0.0
        self._bytes_per_row = 1.0
        self._heaviest = 1.0

    def rows(self) -> int:
        """The rows of the next piece."""
        waiting = self._byte_limit / self._bytes_per_row
        affordable = max(1, int(min(waiting, self._at_work_limit / self._heaviest)))
        most = _MOST_ROWS if self._left is None else math.ceil(self._left / self.pieces)
        rows = min(self._rows, max(most, self._least), affordable)
        if rows > self._usual:
            rows -= rows % self._usual  # a part of a batch takes longer for each of its rows
        return math.ceil(rows / self._multiple) * self._multiple

    def note_given(self, rows: int) -> None:
        """Learn that a piece was handed out: those of the end are smaller, so that none is late."""
        if self._left is not None:
            self._left = max(0, self._left - rows)

    def note_size(self, rows: int, size: int) -> None:
        """Learn what rows weigh, in front of the work or behind it."""
        if rows:
            self._bytes_per_row = max(self._bytes_per_row, size / rows)

    def note_weight(self, rows: int, size: int) -> None:
        """Learn what rows weigh between two steps, where a worker has one piece at a time."""
        if rows:
            self._heaviest = max(self._heaviest, size / rows)

    def note_time(self, rows: int, seconds: float) -> None:
        """Learn from the work on a piece, whose size the next ones may be four times."""
        if rows:
            self._seconds += seconds
            of_all = self._seconds / self._workers / _PIECES_BEFORE
            wanted = max(_LEAST_SECONDS, min(_MOST_SECONDS, of_all))
            worth_it = max(self._usual, int(wanted * rows / max(seconds, 1e-6)))
            reached = min(worth_it, 4 * rows, _MOST_ROWS)
            self._rows = max(1, min(self._rows, worth_it), reached)
