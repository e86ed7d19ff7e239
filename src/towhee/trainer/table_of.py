"""A user's file, frame or rows as a table."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from towhee.errors import DataError, MissingFileError, UnknownNameError, UsageError
from towhee.trainer.generated import GENERATED
from towhee.trainer.tables import (
    HuggingFaceTable,
    MemoryTable,
    ParquetTable,
    Table,
    arrow_table,
    csv_table,
    frame_table,
    json_lines_table,
    row_table,
)

_READERS: dict[str, Callable[[str], Table]] = {
    ".parquet": ParquetTable,
    ".csv": lambda path: csv_table(path, ","),
    ".tsv": lambda path: csv_table(path, "\t"),
    ".jsonl": json_lines_table,
}


def table_of(source: Any) -> Table | None:
    """The source as a table; ``None`` if it has no columns.

    Kinds are told by what their classes have, so that no library is imported to ask; a chain would
    answer to any name itself.

    Raises:
        MissingFileError: if there is no such file.
        UnknownNameError: if a word is neither a file nor the name of generated data.
        UsageError: for a file of another kind, or a source that has to be narrowed first.
        DataError: for rows that are none, or a file that cannot be read.
    """
    if isinstance(source, (str, os.PathLike)):
        return _file_table(os.fspath(source))
    kind = type(source)
    name = f"the {kind.__name__}"
    if hasattr(kind, "column_names") and hasattr(kind, "features"):
        if not hasattr(kind, "__len__"):
            raise UsageError(f"{name} cannot be counted or read twice; pass a datasets.Dataset")
        return HuggingFaceTable(source)
    if isinstance(source, Mapping):
        if any(hasattr(type(part), "column_names") for part in source.values()):
            parts = ", ".join(map(str, source))
            raise UsageError(f"{name} has several parts ({parts}); pass one of them")
        return MemoryTable("the mapping", {str(column): source[column] for column in source})
    if hasattr(kind, "iloc") and hasattr(kind, "columns"):
        return frame_table(source, name)
    if hasattr(kind, "__arrow_c_stream__"):
        return arrow_table(source, name)
    if hasattr(kind, "__iter__") and not hasattr(kind, "__array_interface__"):
        return _rows_table(source, name)
    return None


def _file_table(path: str) -> Table:
    if not os.path.exists(path):
        if os.path.splitext(path)[1] or os.path.dirname(path):
            raise MissingFileError(f"{path!r} does not exist (looked in {os.getcwd()!r})")
        raise UnknownNameError(
            "generated data, file or folder", path, GENERATED, f"(looked in {os.getcwd()!r})"
        )
    ending = os.path.splitext(path)[1].lower()
    if ending not in _READERS:
        raise UsageError(
            f"{path!r} is no table; training data is a folder of class folders, or a file that "
            f"ends in {', '.join(_READERS)}"
        )
    return _READERS[ending](path)


def _rows_table(rows: Iterable[Any], name: str) -> Table:
    """A table of rows that are mappings, or pairs of a value and its label, or bare values."""
    listed = list(rows)
    if not listed:
        raise DataError(f"{name} is empty")
    if all(isinstance(row, Mapping) for row in listed):
        return row_table(listed, name)
    if all(isinstance(row, tuple) and len(row) == 2 for row in listed):
        values, labels = zip(*listed, strict=True)
        return MemoryTable(name, {"value": values, "label": labels})
    return MemoryTable(name, {"value": listed})
