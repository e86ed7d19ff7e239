"""The rows that a call of a pipe gives, which can be read while later ones are computed."""

from __future__ import annotations

import logging
import threading
import weakref
from collections import deque
from collections.abc import Iterator, Sequence
from typing import Any

logger = logging.getLogger(__name__)

Row = Sequence[Any]


class Result:
    """A queue of rows: each is taken once, in order.

    Iterating takes the rows too. If an operator fails on the way, the rows in front are given,
    and then its error is raised.

    Args:
        schema: the names of the columns.
        rows: those that are there already.
        is_whole: whether there will be no others.

    Example:
        >>> from towhee import pipe
        >>> squares = pipe.input("n").flat_map("n", "i", range).map("i", "s", lambda i: i * i)
        >>> result = squares.output("i", "s")(3)
        >>> result.get()
        [0, 0]
        >>> result.get_dict()
        {'i': 1, 's': 1}
        >>> result.to_list()
        [[2, 4]]
        >>> result.get() is None
        True
    """

    def __init__(
        self, schema: Sequence[str], rows: Sequence[Row] = (), *, is_whole: bool = True
    ) -> None:
        self._schema = tuple(schema)
        self._rows: deque[Row] = deque(rows)
        self._is_whole = is_whole
        self._error: BaseException | None = None
        self._changed: threading.Condition | None = None if is_whole else threading.Condition()

    @property
    def schema(self) -> list[str]:
        """The names of the columns."""
        return list(self._schema)

    @property
    def size(self) -> int:
        """How many rows are left to take; it waits until all are computed."""
        self.wait()
        return len(self._rows)

    def get(self) -> list[Any] | None:
        """The next row, ``None`` if there are no more; it waits until it is there.

        Raises:
            OperatorError: once the rows in front of the one that failed are taken.
        """
        row = self._take()
        return None if row is None else list(row)

    def get_dict(self) -> dict[str, Any] | None:
        """The next row by column, ``None`` if there are no more."""
        row = self._take()
        return None if row is None else dict(zip(self._schema, row, strict=True))

    def to_list(self, kv_format: bool = False) -> list[Any]:
        """All rows that are left, as lists, or by column with ``kv_format``."""
        take = self.get_dict if kv_format else self.get
        return list(iter(take, None))

    def wait_for_first(self) -> None:
        """Return when the first row is there, or it is sure that there is none.

        Raises:
            OperatorError: if the first row failed.
        """
        if self._changed is None:
            return
        with self._changed:
            self._changed.wait_for(lambda: self._rows or self._is_whole)
            if not self._rows and self._error is not None:
                raise self._error

    def wait(self) -> None:
        """Return when all rows are computed, or one failed."""
        if self._changed is not None:
            with self._changed:
                self._changed.wait_for(lambda: self._is_whole)

    def __iter__(self) -> Iterator[list[Any]]:
        return iter(self.get, None)

    def __repr__(self) -> str:
        state = f"{len(self._rows)} rows" if self._is_whole else "rows are being computed"
        return f"<Result [{', '.join(self._schema)}], {state}>"

    def _take(self) -> Row | None:
        if self._changed is None:
            return self._rows.popleft() if self._rows else None
        with self._changed:
            self._changed.wait_for(lambda: self._rows or self._is_whole)
            if self._rows:
                return self._rows.popleft()
            if self._error is not None:
                raise self._error
            return None

    def _add(self, rows: Sequence[Row]) -> None:
        assert self._changed is not None
        with self._changed:
            self._rows.extend(rows)
            self._changed.notify_all()

    def _end(self, error: BaseException | None) -> None:
        assert self._changed is not None
        with self._changed:
            self._error, self._is_whole = error, True
            self._changed.notify_all()


class Filling:
    """Puts rows into a result for as long as somebody has it."""

    def __init__(self, result: Result) -> None:
        self._result = weakref.ref(result)

    def put(self, rows: Sequence[Row]) -> None:
        """Add rows."""
        result = self._result()
        if result is not None:
            result._add(rows)

    def end(self, error: BaseException | None = None) -> None:
        """Say that there are no more rows, or what ended them."""
        result = self._result()
        if result is not None:
            result._end(error)
        elif error is not None:
            logger.error("a pipe failed whose result nobody has: %s", error)
