"""``DataLoader``: inputs for a pipe from any source, one by one or in batches."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any

from towhee.errors import UsageError
from towhee.operators.base import short


class DataLoader:
    """Reads a source and gives what a pipe takes.

    Args:
        data_source: an iterable, or a function that opens one for each pass.
        parser: makes the input of what was read; it is taken as it is if not given.
        batch_size: how many inputs come as a list, for ``batch``; single inputs come if not given.

    Raises:
        UsageError: if the source is neither, or the size no whole number of at least 1.

    Example:
        >>> from towhee import DataLoader, pipe
        >>> add = pipe.input("n").map("n", "more", lambda n: n + 1).output("more")
        >>> rows = [{"n": 1}, {"n": 2}, {"n": 3}]
        >>> for numbers in DataLoader(rows, parser=lambda row: row["n"], batch_size=2):
        ...     print([result.get() for result in add.batch(numbers)])
        [[2], [3]]
        [[4]]
    """

    def __init__(
        self,
        data_source: Iterable[Any] | Callable[[], Iterable[Any]],
        parser: Callable[[Any], Any] | None = None,
        batch_size: int | None = None,
    ) -> None:
        if not callable(data_source) and not isinstance(data_source, Iterable):
            raise UsageError(f"a source is an iterable or a function, not {short(data_source)}")
        if batch_size is not None and (not isinstance(batch_size, int) or batch_size < 1):
            raise UsageError(f"batch_size is a whole number of at least 1, not {batch_size!r}")
        self._source = data_source
        self._parser = parser
        self._batch_size = batch_size

    def __iter__(self) -> Iterator[Any]:
        opened = self._source() if callable(self._source) else self._source
        inputs = iter(opened) if self._parser is None else map(self._parser, opened)
        if self._batch_size is None:
            yield from inputs
            return
        while batch := list(islice(inputs, self._batch_size)):
            yield batch
