"""Tables that training data is made of: in memory, in a file, or of Hugging Face."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import pyarrow
from pyarrow import csv, parquet

from towhee.errors import DataError, UsageError
from towhee.trainer.media import unwrapped

Rows = npt.NDArray[np.int64]


class Table(Protocol):
    """Named columns, of which some rows are read."""

    @property
    def name(self) -> str:
        """What messages call it."""

    @property
    def folder(self) -> str | None:
        """Where relative paths in it begin; ``None`` for the working folder."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of its columns."""

    @property
    def class_names(self) -> Mapping[str, Sequence[str]]:
        """For columns of numbers that stand for classes, the classes' names."""

    def __len__(self) -> int: ...

    def column(self, name: str) -> Sequence[Any]:
        """A whole column of labels or keys."""

    def take(self, name: str, rows: Rows) -> Sequence[Any]:
        """The values of a column in these rows, ascending."""


@dataclass(frozen=True, slots=True)
class MemoryTable:
    """Columns that are in memory."""

    name: str
    cells: Mapping[str, Sequence[Any]]
    folder: str | None = None
    class_names: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        lengths = {name: len(column) for name, column in self.cells.items()}
        if len(set(lengths.values())) > 1:
            raise UsageError(f"the columns of {self.name} differ in length: {lengths}")

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(self.cells)

    def __len__(self) -> int:
        return len(next(iter(self.cells.values()), ()))

    def column(self, name: str) -> Sequence[Any]:
        return self.cells[name]

    def take(self, name: str, rows: Rows) -> Sequence[Any]:
        column = self.cells[name]
        return [unwrapped(column[row]) for row in rows.tolist()]


class ParquetTable:
    """A Parquet file, of which only the rows that are wanted stay in memory.

    The names of classes are taken from the schema's metadata: a JSON list under ``classes``, or
    what Hugging Face's ``datasets`` writes.
    """

    def __init__(self, path: str) -> None:
        try:
            self._file = parquet.ParquetFile(path)
        except pyarrow.ArrowInvalid as error:
            raise DataError(f"{path!r} cannot be read as Parquet: {error}") from error
        self.name = os.path.basename(path)
        self.folder = os.path.dirname(path)
        self.columns = tuple(self._file.schema_arrow.names)
        self.class_names = _class_names(self._file.schema_arrow.metadata or {}, self.columns)

    def __len__(self) -> int:
        return int(self._file.metadata.num_rows)

    def column(self, name: str) -> Sequence[Any]:
        values: list[Any] = self._file.read([name]).column(0).to_pylist()
        return values

    def take(self, name: str, rows: Rows) -> Sequence[Any]:
        found: list[Any] = []
        start = 0
        for batch in self._file.iter_batches(columns=[name], batch_size=4096):
            end = start + batch.num_rows
            first, last = np.searchsorted(rows, (start, end))
            found += batch.column(0).take(pyarrow.array(rows[first:last] - start)).to_pylist()
            start = end
        return [unwrapped(value) for value in found]


class HuggingFaceTable:
    """A ``datasets.Dataset``, known by its ``column_names`` and ``features``.

    Images and sounds are taken as the bytes that it holds, so that operators decode them with
    their own decoders; values are read when they are asked for.
    """

    def __init__(self, dataset: Any) -> None:
        self.name = f"the {type(dataset).__name__}"
        self.folder = None
        self.columns = tuple(dataset.column_names)
        self.class_names = {
            column: tuple(feature.names)
            for column, feature in (dataset.features or {}).items()
            if getattr(feature, "names", None)
        }
        for column, feature in (dataset.features or {}).items():
            if hasattr(feature, "decode_example") and hasattr(feature, "decode"):
                dataset = dataset.cast_column(column, type(feature)(decode=False))
        self._dataset = dataset

    def __len__(self) -> int:
        return len(self._dataset)

    def column(self, name: str) -> Sequence[Any]:
        return list(self._dataset[name])

    def take(self, name: str, rows: Rows) -> Sequence[Any]:
        return _Cells(self._dataset.select_columns([name]), name, rows)


class _Cells(Sequence[Any]):
    """Some cells of a column of a ``datasets.Dataset``, each read when it is asked for."""

    def __init__(self, dataset: Any, name: str, rows: Rows) -> None:
        self._dataset, self._name, self._rows = dataset, name, rows

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, index: Any) -> Any:
        return unwrapped(self._dataset[int(self._rows[index])][self._name])


def csv_table(path: str, delimiter: str) -> MemoryTable:
    """The table in a CSV file with a header line.

    All cells are texts, so that a class ``007`` stays what it is; only columns of decimal numbers,
    as scores are, are read as numbers.
    """
    form = csv.ParseOptions(delimiter=delimiter, newlines_in_values=True)
    try:
        guessed = csv.read_csv(path, parse_options=form).schema
        types = {f.name: f.type if pyarrow.types.is_floating(f.type) else pyarrow.string()
                 for f in guessed}  # fmt: skip
        table = csv.read_csv(
            path, parse_options=form, convert_options=csv.ConvertOptions(column_types=types)
        )
    except pyarrow.ArrowInvalid as error:
        raise DataError(f"{path!r} cannot be read as CSV: {error}") from error
    return arrow_table(table, os.path.basename(path), os.path.dirname(path))


def json_lines_table(path: str) -> MemoryTable:
    """The table in a file of JSON objects, one a line."""
    rows: list[Mapping[str, Any]] = []
    with open(path, encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            try:
                row = json.loads(line) if line.strip() else {}
            except json.JSONDecodeError as error:
                raise DataError(f"{path!r}, line {number}: not JSON: {error}") from error
            if not isinstance(row, dict):
                raise DataError(f"{path!r}, line {number}: not a JSON object: {line.strip()[:80]}")
            rows += [row] if row else []
    return row_table(rows, os.path.basename(path), os.path.dirname(path))


def arrow_table(table: Any, name: str, folder: str | None = None) -> MemoryTable:
    """An Arrow table, or anything that gives itself as one, such as a Polars frame."""
    whole = table if isinstance(table, pyarrow.Table) else pyarrow.table(table)
    names = _class_names(whole.schema.metadata or {}, tuple(whole.column_names))
    cells = {column: whole[column].to_pylist() for column in whole.column_names}
    return MemoryTable(name, cells, folder, names)


def frame_table(frame: Any, name: str) -> MemoryTable:
    """A pandas frame."""
    return MemoryTable(name, {str(column): list(frame[column]) for column in frame.columns})


def row_table(
    rows: Iterable[Mapping[str, Any]], name: str, folder: str | None = None
) -> MemoryTable:
    """The table of rows that are mappings from names to values; a value that lacks is ``None``."""
    listed = list(rows)
    columns = dict.fromkeys(column for row in listed for column in row)
    cells = {column: [row.get(column) for row in listed] for column in columns}
    return MemoryTable(name, cells, folder)


def _class_names(
    metadata: Mapping[bytes, bytes], columns: Sequence[str]
) -> Mapping[str, Sequence[str]]:
    """The names that a schema's metadata gives to the numbers of each column."""
    return dict(_named_classes(metadata, columns))


def _named_classes(
    metadata: Mapping[bytes, bytes], columns: Sequence[str]
) -> Iterator[tuple[str, Sequence[str]]]:
    classes = _json(metadata.get(b"classes"))
    if isinstance(classes, list):
        for column in columns:
            yield column, tuple(map(str, classes))
    written = _json(metadata.get(b"huggingface"))
    info = written.get("info", {}) if isinstance(written, dict) else {}
    for column, feature in (info.get("features") or {}).items():
        if isinstance(feature, dict) and feature.get("_type") == "ClassLabel":
            yield column, tuple(map(str, feature.get("names", ())))


def _json(text: bytes | None) -> Any:  # Any: what JSON holds
    try:
        return None if text is None else json.loads(text)
    except ValueError:
        return None  # somebody's own metadata under that name
