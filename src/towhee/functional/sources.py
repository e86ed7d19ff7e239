"""Where collections come from: plans over lists, files and tables."""

from __future__ import annotations

import glob as globbing
import io
import json
import os
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from fnmatch import fnmatch
from functools import partial
from itertools import accumulate
from typing import Any

from towhee.errors import DataError, MissingExtraError, MissingFileError, UsageError
from towhee.functional.result import Result
from towhee.plan.plan import Plan
from towhee.plan.source import OpenPart, Stream, Table, Values
from towhee.plan.step import VALUE, Select

Path = str | os.PathLike[str]


def from_iterable(data: Iterable[Any], column: str = VALUE) -> Plan:
    """A plan over a sequence, a table, an iterator, or any other iterable.

    A sequence, a pandas or Polars frame, or an Arrow table can be read again and again; an
    iterator once.
    """
    if hasattr(data, "__arrow_c_stream__") or hasattr(data, "__dataframe__"):
        table = from_table(data)
        return table if column == VALUE else table.then(Select((column,)))
    if isinstance(data, Result):
        return from_result(data)
    if isinstance(data, Iterator):
        return Plan.of(Stream(lambda: data, names=(column,)))
    if isinstance(data, (str, bytes)) or not isinstance(data, Iterable):
        raise UsageError(
            f"a collection is made of a list, a table or an iterator, not of {data!r}; "
            "put a single value into a list"
        )
    if isinstance(data, Sequence) or hasattr(data, "__array_interface__"):
        return Plan.of(Values(data, names=(column,)))  # type: ignore[arg-type]
    return Plan.of(Values(list(data), names=(column,)))


def from_table(frame: Any) -> Plan:
    """A plan over the rows of a pandas or Polars frame, or of an Arrow table."""
    if hasattr(frame, "to_dict") and hasattr(frame, "columns") and hasattr(frame, "index"):
        columns = {str(name): list(frame[name]) for name in frame.columns}
        return Plan.of(Table(columns))
    import pyarrow

    table = frame if isinstance(frame, pyarrow.Table) else pyarrow.table(frame)
    return Plan.of(Table({name: table[name].to_pylist() for name in table.column_names}))


def from_result(result: Result) -> Plan:
    """A plan over the rows that are left of a pipe's result, which are taken from it."""
    rows = result.to_list()
    columns = list(zip(*rows, strict=True)) or [()] * len(result.schema)
    return Plan.of(Table(dict(zip(result.schema, columns, strict=True))))


def from_glob(*patterns: Path, column: str = VALUE) -> Plan:
    """A plan over the paths that match, sorted within each pattern; the path is the row's key.

    Raises:
        MissingFileError: if no file matches; it is a ``FileNotFoundError``.
    """
    if not patterns:
        raise UsageError("from_glob needs at least one pattern, such as 'images/*.jpg'")
    names = [os.fspath(pattern) for pattern in patterns]
    found = [path for name in names for path in sorted(globbing.glob(name, recursive=True))]
    paths = list(dict.fromkeys(found))
    if not paths:
        shown = ", ".join(repr(name) for name in names)
        raise MissingFileError(f"no file matches {shown} in {os.getcwd()!r}")
    return Plan.of(Values(paths, paths, names=(column,)))


def from_csv(path: Path, **options: Any) -> Plan:
    """A plan over the rows of a CSV file with a header line.

    Args:
        path: the file.
        options: keywords of ``pyarrow.csv.ConvertOptions``, such as ``column_types``.
    """
    from pyarrow import ArrowInvalid, csv

    try:
        conversion = csv.ConvertOptions(**options)
    except TypeError as error:
        raise UsageError(f"from_csv takes pyarrow.csv.ConvertOptions: {error}") from error
    try:
        table = csv.read_csv(existing(path), convert_options=conversion)
    except ArrowInvalid as error:
        raise DataError(f"{os.fspath(path)!r} cannot be read as CSV: {error}") from error
    return from_table(table)


def from_parquet(path: Path, columns: Sequence[str] | None = None) -> Plan:
    """A plan over the rows of a Parquet file, read a group of rows at a time."""
    from pyarrow import ArrowInvalid, parquet

    try:
        file = parquet.ParquetFile(existing(path))
    except ArrowInvalid as error:
        raise DataError(f"{os.fspath(path)!r} cannot be read as Parquet: {error}") from error
    names = tuple(columns or file.schema_arrow.names)
    groups = range(file.num_row_groups)
    counts = [file.metadata.row_group(group).num_rows for group in groups]
    firsts = accumulate(counts, initial=0)
    parts = tuple(
        OpenPart(partial(_row_group, os.path.abspath(path), names, group), first)
        for group, first in zip(groups, firsts, strict=False)
    )
    return Plan.of(
        Stream(
            lambda: _elements(file.iter_batches(columns=list(names)), names),
            once=False,
            names=names,
            describe=f"parquet({os.fspath(path)!r})",
            parts=parts,
        )
    )


def _row_group(path: str, names: tuple[str, ...], group: int) -> Iterator[Any]:
    """The elements of one group of rows of a Parquet file."""
    from pyarrow import parquet

    with parquet.ParquetFile(path) as file:
        yield from _elements(file.iter_batches(row_groups=[group], columns=list(names)), names)


def _elements(batches: Iterator[Any], names: tuple[str, ...]) -> Iterator[Any]:
    """The rows of Arrow batches; bare where there is one column, as a stream takes them."""
    for batch in batches:
        rows = batch.to_pylist()
        yield from rows if len(names) > 1 else (row[names[0]] for row in rows)


def from_json(path: Path) -> Plan:
    """A plan over the objects of a JSON lines file: one column for each key of the first."""
    name = existing(path)
    rows: list[dict[str, Any]] = []
    with open(name, encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except json.JSONDecodeError as error:
                raise DataError(f"{name!r}, line {number}: not JSON: {error}") from error
            if not isinstance(row, dict):
                raise DataError(f"{name!r}, line {number}: not a JSON object: {line.strip()[:80]}")
            rows.append(row)
    columns = dict.fromkeys(key for row in rows for key in row)
    return Plan.of(Table({key: [row.get(key) for row in rows] for key in columns}))


def from_zip(source: Path, pattern: str = "*", *, read: Callable[[Path], bytes]) -> Plan:
    """A plan over the contents, as ``bytes``, of the files in a zip archive that match.

    The row's key is the name in the archive; directories are passed over.
    """
    text = os.fspath(source)
    is_url = text.startswith(("http://", "https://"))
    data = io.BytesIO(read(text)) if is_url else existing(source)
    try:
        archive = zipfile.ZipFile(data)
    except zipfile.BadZipFile as error:
        raise DataError(f"{text!r} is not a zip archive: {error}") from error
    names = [
        info.filename
        for info in archive.infolist()
        if not info.is_dir() and fnmatch(info.filename, pattern)
    ]
    if not names:
        raise MissingFileError(f"no file in {text!r} matches {pattern!r}")
    return Plan.of(Values(_Archive(archive, names), names))


class _Archive(Sequence[bytes]):
    """The contents of an archive's files, each read when it is asked for."""

    def __init__(self, archive: zipfile.ZipFile, names: Sequence[str]) -> None:
        self._archive, self._names = archive, names

    def __len__(self) -> int:
        return len(self._names)

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return [self._archive.read(name) for name in self._names[index]]
        return self._archive.read(self._names[index])


def from_dataset(dataset: Any) -> Plan:
    """A plan over the rows of a Hugging Face ``Dataset`` (or ``IterableDataset``)."""
    names = tuple(getattr(dataset, "column_names", None) or ())
    if not names:
        raise UsageError(
            f"{type(dataset).__name__} names no columns; is it a Hugging Face Dataset?"
        )
    if len(names) == 1:
        only = names[0]
        return Plan.of(
            Stream(
                lambda: (row[only] for row in dataset), once=False, names=names, describe="dataset"
            )
        )
    return Plan.of(Stream(lambda: iter(dataset), once=False, names=names, describe="dataset"))


def from_torch(dataset: Any) -> Plan:
    """A plan over the items of a torch ``Dataset`` or ``DataLoader``."""
    if hasattr(dataset, "__len__") and hasattr(dataset, "__getitem__"):
        return Plan.of(
            Stream(
                lambda: (dataset[i] for i in range(len(dataset))),
                once=False,
                describe="torch dataset",
            )
        )
    if not hasattr(dataset, "__iter__"):
        raise UsageError(f"{type(dataset).__name__} is neither a torch Dataset nor a DataLoader")
    return Plan.of(Stream(lambda: iter(dataset), once=False, describe="torch dataset"))


def existing(path: Path) -> str:
    """The path as text, if there is such a file."""
    name = os.fspath(path)
    if not os.path.isfile(name):
        what = "is a folder, not a file" if os.path.isdir(name) else "does not exist"
        raise MissingFileError(f"{name!r} {what} (looked in {os.getcwd()!r})")
    return name


def require_pandas() -> Any:
    """The pandas module, or the error that says how to get it."""
    try:
        import pandas
    except ImportError as error:
        raise MissingExtraError("a pandas frame", "pandas") from error
    return pandas
