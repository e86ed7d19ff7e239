"""Chunks as blocks of Ray Data: one row each, which holds the chunk as it is."""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from towhee.engine.chunk import Chunk
from towhee.engine.ray.pickling import pickled
from towhee.engine.ray.portable import portable_chunk, portable_error
from towhee.engine.ray.records import Record
from towhee.engine.report import StageReport


@dataclass(frozen=True, slots=True)
class Packed:
    """What travels between the driver and the workers.

    Attributes:
        chunk: rows.
        at: the number of the piece of work that they come from.
        last: whether they are the last of it.
        read: how many rows of a source were read for them, where a worker did that.
        error: what ended the work behind these rows, and its causes.
        reports: what the stages did, by their place in the segment.
        seconds: that the work on the piece took.
        records: what was logged.
        ways: how the worker's models run, in lines.
    """

    chunk: Chunk
    at: int
    last: bool = True
    read: int = 0
    error: tuple[BaseException, ...] = ()
    reports: tuple[tuple[int, StageReport], ...] = ()
    seconds: float = 0.0
    records: tuple[Record, ...] = ()
    ways: tuple[str, ...] = field(default=())


def packed(item: Packed) -> bytes:
    """The bytes of what is sent.

    Raises:
        UsageError: for a value that cannot be sent, which is named.
    """
    chunk = item.chunk
    plain = Chunk(
        {name: _plain(values) for name, values in chunk.columns.items()},
        _plain(chunk.keys),
        dict(chunk.failures),
        {name: _plain(values) for name, values in chunk.lookups.items()},
    )
    item = replace(item, chunk=plain)
    try:
        return pickled(item)
    except Exception:  # noqa: BLE001 (whatever a value raises that cannot be pickled)
        return pickled(replace(item, chunk=portable_chunk(plain)))


def unpacked(data: Any) -> Packed:
    """What was sent, from bytes or a buffer."""
    item: Packed = pickle.loads(data)
    return item


def with_error(item: Packed, error: BaseException) -> Packed:
    """The same, ended by an error that another process can be shown."""
    return replace(item, error=portable_error(error))


def _plain(values: Sequence[Any]) -> Sequence[Any]:
    """The values without what else their container holds on to."""
    if isinstance(values, (list, range, str)) or hasattr(values, "dtype"):
        return values
    return list(values)


def block(data: bytes) -> Any:
    """One row of Ray Data."""
    import pyarrow

    return pyarrow.table({"packed": pyarrow.array([data], pyarrow.large_binary())})


def of_block(table: Any) -> Packed | None:
    """What the one row of a block holds; ``None`` for one that nobody waits for any more."""
    data = table["packed"][0].as_buffer()
    return unpacked(data) if data.size else None
