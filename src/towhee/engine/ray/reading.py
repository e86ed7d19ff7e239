"""Read the parts of a source where the work on them is done."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, TypeGuard

from towhee.engine.chunk import Chunk
from towhee.engine.local.sources import stream_chunk
from towhee.engine.ray.packing import Packed, block, packed, with_error
from towhee.plan.source import OpenPart, Source, Stream

_ROWS = 128

Read = Callable[[], Iterator[Any]]
"""Gives the blocks of one part."""


def has_parts(source: Source) -> TypeGuard[Stream]:
    """Whether workers can read the source themselves."""
    return isinstance(source, Stream) and bool(source.parts)


def dataset_of_parts(source: Stream, batch_size: int | None, readers: int) -> Any:
    """The rows of a source as a dataset of Ray Data, read by so many tasks at a time."""
    rows = _ROWS if batch_size is None else batch_size * max(1, _ROWS // batch_size)
    reads = [partial(_read, source.names, part, rows) for part in source.parts]
    return read_tasks("Part", reads, num_cpus=0, concurrency=readers)


def read_tasks(name: str, reads: Sequence[Read], **resources: Any) -> Any:
    """A dataset of Ray Data whose blocks are read by a task for each of the functions."""
    from ray.data import Datasource, ReadTask, read_datasource
    from ray.data.block import BlockMetadata

    class Blocks(Datasource):
        def get_name(self) -> str:
            return name

        def estimate_inmemory_data_size(self) -> int | None:
            return None

        def get_read_tasks(
            self, parallelism: int, per_task_row_limit: int | None = None, data_context: Any = None
        ) -> list[Any]:
            unknown = BlockMetadata(
                num_rows=None, size_bytes=None, input_files=None, exec_stats=None
            )
            return [ReadTask(read, unknown) for read in reads]

    source: Any = Blocks  # Ray does not annotate how it is made
    return read_datasource(source(), override_num_blocks=len(reads), **resources)


def _read(names: tuple[str, ...], part: OpenPart, rows: int) -> Iterator[Any]:
    """The blocks of a part; an error that ends it is sent behind what was read before."""
    from itertools import islice

    at, first = 0, part.first
    try:
        elements = iter(part.open())
        while values := list(islice(elements, rows)):
            chunk = stream_chunk(names, values, first)
            yield block(packed(Packed(chunk, at, read=len(values))))
            first += len(values)
            at += 1
    except Exception as error:  # noqa: BLE001 (the boundary: it is raised by the driver)
        yield block(packed(with_error(Packed(Chunk({}, ()), at), error)))
