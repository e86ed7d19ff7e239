"""Where collections go: files and tables."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from towhee.engine import run
from towhee.errors import UsageError
from towhee.functional.sources import require_pandas
from towhee.operators.base import short
from towhee.plan.plan import Plan
from towhee.plan.step import VALUE
from towhee.types import Entity, Failure

if TYPE_CHECKING:
    import numpy.typing as npt
    import pyarrow

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


def arrow_batches(plan: Plan, value_name: str = "value") -> Iterator[pyarrow.RecordBatch]:
    """The rows as Arrow record batches; vectors become fixed-size lists of float32."""
    import pyarrow

    schema: pyarrow.Schema | None = None
    for chunk in _grouped(plan):
        arrays = {}
        for name, values in chunk.items():
            wanted = schema.field(name or value_name).type if schema is not None else None
            arrays[name or value_name] = _arrow_array(values, wanted, name or value_name)
        batch = pyarrow.RecordBatch.from_arrays(list(arrays.values()), names=list(arrays))
        schema = schema or batch.schema
        yield batch


def _grouped(plan: Plan) -> Iterator[dict[str, list[Any]]]:
    waiting: dict[str, list[Any]] = {}
    rows = 0
    for chunk in run(plan):
        for name, values in chunk.columns.items():
            waiting.setdefault(name, []).extend(values)
        rows += len(chunk)
        if rows >= _ROWS_IN_GROUP:
            yield waiting
            waiting, rows = {}, 0
    if rows:
        yield waiting


def _arrow_array(values: Sequence[Any], wanted: Any, name: str) -> Any:
    import pyarrow

    failed = next((value for value in values if isinstance(value, Failure)), None)
    if failed is not None:
        raise UsageError(f'{failed!r} has no place in a table; use on_error="skip"')
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

    batches = list(arrow_batches(plan))
    if not batches:
        names = [name or "value" for name in plan.columns or ()]
        return pyarrow.table({name: pyarrow.array([], pyarrow.null()) for name in names})
    return pyarrow.Table.from_batches(batches)


def to_parquet(plan: Plan, path: str | os.PathLike[str]) -> int:
    """Write the rows to a Parquet file as they are computed; gives their number.

    The file appears under its name only when it is whole.
    """
    from pyarrow import parquet

    target = Path(path)
    partial = target.with_name(f".{target.name}.{os.getpid()}.partial")
    rows = 0
    writer: parquet.ParquetWriter | None = None
    try:
        for batch in arrow_batches(plan):
            writer = writer or parquet.ParquetWriter(partial, batch.schema)
            writer.write_batch(batch)
            rows += batch.num_rows
        if writer is None:
            parquet.write_table(to_arrow(plan), partial)
        else:
            writer.close()
        partial.replace(target)
    finally:
        if writer is not None and writer.is_open:
            writer.close()
        partial.unlink(missing_ok=True)
    return rows


def to_csv(plan: Plan, path: str | os.PathLike[str]) -> int:
    """Write the rows to a CSV file with a header line as they are computed; gives their number."""
    rows = 0
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        for chunk in run(plan):
            if rows == 0:
                writer.writerow([name or "value" for name in chunk.columns])
            writer.writerows(zip(*map(_texts, chunk.columns.values()), strict=True))
            rows += len(chunk)
    return rows


def _texts(values: Sequence[Any]) -> list[Any]:
    return [value.tolist() if isinstance(value, np.ndarray) else value for value in values]


def to_pandas(plan: Plan) -> Any:
    """All rows as a pandas frame; vectors stay arrays."""
    pandas = require_pandas()
    columns: dict[str, list[Any]] = {name or "value": [] for name in plan.columns or (VALUE,)}
    for chunk in run(plan):
        for name, values in chunk.columns.items():
            columns.setdefault(name or "value", []).extend(values)
    return pandas.DataFrame(columns)


def to_dataset(plan: Plan) -> Any:
    """All rows as a Hugging Face ``Dataset``."""
    from towhee.errors import MissingExtraError

    try:
        from datasets import Dataset
    except ImportError as error:
        raise MissingExtraError("a Hugging Face Dataset", "datasets") from error
    return Dataset(to_arrow(plan))
