"""Where collections go: files and tables."""

from __future__ import annotations

import contextlib
import csv
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from towhee.engine import Chunk, run
from towhee.engine.chunk import MISSING
from towhee.engine.unfold import columns_of
from towhee.errors import UsageError
from towhee.functional.sources import require_pandas
from towhee.operators.base import short
from towhee.plan.plan import Plan
from towhee.plan.step import VALUE
from towhee.types import Entity, Failure

if TYPE_CHECKING:
    import numpy.typing as npt
    import pyarrow

VALUE_NAME = "value"
"""What the one anonymous column is called in a table."""

_ROWS_IN_GROUP = 1024


def to_numpy(elements: Sequence[Any]) -> npt.NDArray[Any]:
    """The elements stacked into one array: ``(n, d)`` for vectors of ``d`` numbers."""
    if not elements:
        return np.empty((0,), np.float32)
    rows = [np.asarray(_plain(element)) for element in elements]
    shape = rows[0].shape
    for place, row in enumerate(rows):
        if row.shape != shape or row.dtype == object:
            raise UsageError(
                f"row {place} cannot be stacked: {short(elements[place])} beside an element of "
                f"shape {shape}"
            )
    return np.stack(rows)


def _plain(element: Any) -> Any:
    if isinstance(element, Entity):
        if len(element) != 1:
            raise UsageError(
                f"rows have the columns {', '.join(element)}; select one of them first"
            )
        return next(iter(element.values()))
    if isinstance(element, Failure):
        raise UsageError(f'{element!r} is no number; drop such rows with on_error="skip"')
    return element


def arrow_batches(plan: Plan) -> Iterator[pyarrow.RecordBatch]:
    """The rows as Arrow record batches; vectors become fixed-size lists of float32."""
    import pyarrow

    schema: pyarrow.Schema | None = None
    for table in _tables(plan, _ROWS_IN_GROUP):
        arrays = [
            _arrow_array(values, None if schema is None else schema.field(name).type, name)
            for name, values in table.items()
        ]
        batch = pyarrow.RecordBatch.from_arrays(arrays, names=list(table))
        schema = schema or batch.schema
        yield batch


def _tables(plan: Plan, rows_in_group: int) -> Iterator[dict[str, list[Any]]]:
    """The rows as columns of texts, numbers and arrays, some rows at a time.

    All groups have the columns of the first one; a row that lacks one has ``None`` there.
    """
    names: list[str] | None = None
    for group in _groups(run(plan), rows_in_group):
        elements = group.columns.get(VALUE)
        columns = group.columns
        if elements is not None and all(isinstance(element, Entity) for element in elements):
            columns = columns_of(elements)
        table = {name or VALUE_NAME: list(map(_cell, values)) for name, values in columns.items()}
        names = names or list(table)
        for name in table:
            if name not in names:
                raise UsageError(
                    f"row {short(group.keys[0])} or one soon behind it has the column {name!r}, "
                    f"which the first rows lack: they have {', '.join(names)}; select the columns"
                )
        yield {name: table.get(name) or [None] * len(group) for name in names}


def _groups(chunks: Iterator[Chunk], rows_in_group: int) -> Iterator[Chunk]:
    waiting: list[Chunk] = []
    for chunk in chunks:
        waiting.append(chunk)
        if sum(map(len, waiting)) >= rows_in_group:
            yield Chunk.joined(waiting)
            waiting = []
    if waiting:
        yield Chunk.joined(waiting)


def _cell(value: Any) -> Any:
    if isinstance(value, Failure):
        raise UsageError(f'{value!r} has no place in a table; use on_error="skip"')
    return None if value is MISSING else value


def _known_names(plan: Plan) -> list[str]:
    return [name or VALUE_NAME for name in plan.columns or ()]


def _arrow_array(values: Sequence[Any], wanted: Any, name: str) -> Any:
    import pyarrow

    first = next((value for value in values if value is not None), None)
    try:
        if isinstance(first, np.ndarray) and first.ndim == 1:
            flat = np.concatenate([np.asarray(value) for value in values])
            if flat.size == first.size * len(values):
                return pyarrow.FixedSizeListArray.from_arrays(pyarrow.array(flat), first.size)
        if isinstance(first, np.ndarray):
            return pyarrow.array([np.asarray(value).tolist() for value in values], type=wanted)
        if isinstance(first, Entity):
            return pyarrow.array([dict(value) for value in values], type=wanted)
        return pyarrow.array(list(values), type=wanted)
    except (pyarrow.ArrowInvalid, pyarrow.ArrowTypeError, ValueError) as error:
        raise UsageError(f"column {name!r} cannot be written to a table: {error}") from error


def to_arrow(plan: Plan) -> pyarrow.Table:
    """All rows as an Arrow table."""
    import pyarrow

    for table in _tables(plan, sys.maxsize):
        arrays = [_arrow_array(values, None, name) for name, values in table.items()]
        return pyarrow.Table.from_arrays(arrays, names=list(table))
    names = _known_names(plan)
    return pyarrow.table({name: pyarrow.array([], pyarrow.null()) for name in names})


def to_parquet(plan: Plan, path: str | os.PathLike[str]) -> int:
    """Write the rows to a Parquet file as they are computed; gives their number.

    The file appears under its name only when it is whole.
    """
    from pyarrow import parquet

    rows = 0
    writer: parquet.ParquetWriter | None = None
    with _whole_file(path) as partial:
        try:
            for batch in arrow_batches(plan):
                writer = writer or parquet.ParquetWriter(partial, batch.schema)
                writer.write_batch(batch)
                rows += batch.num_rows
            if writer is None:
                parquet.write_table(to_arrow(plan), partial)
        finally:
            if writer is not None:
                writer.close()
    return rows


def to_csv(plan: Plan, path: str | os.PathLike[str]) -> int:
    """Write the rows to a CSV file with a header line as they are computed; gives their number.

    The file appears under its name only when it is whole.
    """
    rows = 0
    with _whole_file(path) as partial, open(partial, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        for table in _tables(plan, 1):
            if rows == 0:
                writer.writerow(table)
            lines = list(zip(*map(_texts, table.values()), strict=True))
            writer.writerows(lines)
            rows += len(lines)
        if rows == 0:
            writer.writerow(_known_names(plan))
    return rows


@contextlib.contextmanager
def _whole_file(path: str | os.PathLike[str]) -> Iterator[Path]:
    """A path to write to, which gets its name when it is written, and is gone if it is not."""
    target = Path(path)
    partial = target.with_name(f".{target.name}.{os.getpid()}.partial")
    try:
        yield partial
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)


def _texts(values: Sequence[Any]) -> list[Any]:
    return [value.tolist() if isinstance(value, np.ndarray) else value for value in values]


def to_pandas(plan: Plan) -> Any:
    """All rows as a pandas frame; vectors stay arrays."""
    pandas = require_pandas()
    for table in _tables(plan, sys.maxsize):
        return pandas.DataFrame(table)
    return pandas.DataFrame({name: [] for name in _known_names(plan)})


def to_dataset(plan: Plan) -> Any:
    """All rows as a Hugging Face ``Dataset``."""
    from towhee.errors import MissingExtraError

    try:
        from datasets import Dataset
    except ImportError as error:
        raise MissingExtraError("a Hugging Face Dataset", "datasets") from error
    return Dataset(to_arrow(plan))
