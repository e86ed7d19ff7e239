"""Files of paths and vectors, written as the vectors are computed.

A file appears under its name only when it is whole, and nothing is left of one that is not.
"""

from __future__ import annotations

import contextlib
import csv
import json
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from towhee.cli.provenance import Provenance
from towhee.errors import DataError

if TYPE_CHECKING:
    import numpy.typing as npt

    Vector = npt.NDArray[np.float32]

_ROWS_IN_GROUP = 4096
_BYTES_IN_GROUP = 8 * 2**20
_NPY_HEADER_BYTES = 128


class VectorFile(Protocol):
    """A file that takes rows."""

    def write(self, paths: Sequence[str], vectors: Sequence[Vector]) -> None:
        """Take some rows; all vectors have one length."""

    def close(self) -> None:
        """Write what is left."""


Describe = Callable[[int], Provenance]
"""The provenance of vectors of a length, which is known when the first one is there."""


class ParquetFile:
    """``path`` (text) and ``embedding`` (a fixed-size list of float32), and their provenance."""

    def __init__(self, path: Path, describe: Describe) -> None:
        self._path, self._describe = path, describe
        self._writer: Any = None  # of pyarrow, which has no types
        self._paths: list[str] = []
        self._vectors: list[Vector] = []

    def write(self, paths: Sequence[str], vectors: Sequence[Vector]) -> None:
        self._paths.extend(paths)
        self._vectors.extend(vectors)
        rows = len(self._paths)
        if rows >= _ROWS_IN_GROUP or rows * self._vectors[0].nbytes >= _BYTES_IN_GROUP:
            self._write_group()

    def close(self) -> None:
        try:
            if self._paths:
                self._write_group()
        finally:
            if self._writer is not None:
                self._writer.close()

    def _write_group(self) -> None:
        import pyarrow

        flat = pyarrow.array(np.concatenate(self._vectors), pyarrow.float32())
        columns = [
            pyarrow.array(self._paths, pyarrow.string()),
            pyarrow.FixedSizeListArray.from_arrays(flat, len(self._vectors[0])),
        ]
        self._paths, self._vectors = [], []
        if self._writer is None:
            self._writer = self._opened(columns[1].type)
        self._writer.write_batch(
            pyarrow.RecordBatch.from_arrays(columns, schema=self._writer.schema)
        )

    def _opened(self, vector_type: Any) -> Any:
        import pyarrow
        from pyarrow import parquet

        fields = [("path", pyarrow.string()), ("embedding", vector_type)]
        metadata = self._describe(vector_type.list_size).metadata()
        schema = pyarrow.schema(fields, metadata=metadata)
        return parquet.ParquetWriter(self._path, schema, use_dictionary=False)


class CsvFile:
    """A header line, then a path and a JSON list of numbers in each line."""

    def __init__(self, path: Path, describe: Describe) -> None:
        self._file = open(path, "w", newline="", encoding="utf-8")  # noqa: SIM115 (close() does)
        self._writer = csv.writer(self._file)
        self._writer.writerow(["path", "embedding"])

    def write(self, paths: Sequence[str], vectors: Sequence[Vector]) -> None:
        texts = (json.dumps([float(str(number)) for number in vector]) for vector in vectors)
        self._writer.writerows(zip(paths, texts, strict=True))

    def close(self) -> None:
        self._file.close()


class NpyFile:
    """A matrix ``(n, d) float32``; the paths of its rows as a JSON list in a file beside it."""

    def __init__(self, path: Path, paths_path: Path, describe: Describe) -> None:
        self._file = open(path, "wb")  # noqa: SIM115 (close() does)
        self._paths = open(paths_path, "w", encoding="utf-8")  # noqa: SIM115 (close() does)
        self._file.write(bytes(_NPY_HEADER_BYTES))
        self._rows = self._dimension = 0

    def write(self, paths: Sequence[str], vectors: Sequence[Vector]) -> None:
        for path, vector in zip(paths, vectors, strict=True):
            self._paths.write(f"{',' if self._rows else '['}\n{json.dumps(path)}")
            self._file.write(vector.tobytes())
            self._rows, self._dimension = self._rows + 1, vector.size

    def close(self) -> None:
        with self._file, self._paths:
            self._paths.write("\n]\n" if self._rows else "[]\n")
            self._file.seek(0)
            self._file.write(_npy_header((self._rows, self._dimension)))


def _npy_header(shape: tuple[int, int]) -> bytes:
    """The header of the NPY format, version 1.0, padded to a length known before the shape is.

    Source: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
    """
    text = repr({"descr": np.dtype("<f4").str, "fortran_order": False, "shape": shape})
    prefix = b"\x93NUMPY\x01\x00"
    length = _NPY_HEADER_BYTES - len(prefix) - 2
    return prefix + length.to_bytes(2, "little") + text.ljust(length - 1).encode() + b"\n"


SUFFIXES = (".parquet", ".csv", ".npy")
"""The endings of the files that can be written."""


@contextlib.contextmanager
def vector_file(path: Path, describe: Describe) -> Iterator[VectorFile]:
    """The file to write to, of the kind that its ending names.

    Args:
        path: ends in one of ``SUFFIXES``, in any case.
        describe: the provenance of vectors of a length.

    Raises:
        DataError: if nothing can be written there.
    """
    targets = [path]
    if path.suffix.lower() == ".npy":
        targets.append(paths_beside(path))
    if path.is_dir():
        raise DataError(f"{str(path)!r} is a folder; name the file to write")
    partials = [_partial(target) for target in targets]
    file: VectorFile
    try:
        for partial in partials:
            partial.touch()
    except OSError as error:
        _remove(partials)
        raise DataError(f"{str(path)!r} cannot be written ({error.strerror})") from error
    try:
        if path.suffix.lower() == ".npy":
            file = NpyFile(partials[0], partials[1], describe)
        elif path.suffix.lower() == ".csv":
            file = CsvFile(partials[0], describe)
        else:
            file = ParquetFile(partials[0], describe)
        with contextlib.closing(file):
            yield file
        for partial, target in zip(partials, targets, strict=True):
            partial.replace(target)
    finally:
        _remove(partials)


def paths_beside(path: Path) -> Path:
    """Where the paths of the rows of a ``.npy`` file are written."""
    return path.with_suffix(".paths.json")


def _partial(target: Path) -> Path:
    return target.with_name(f".{target.name}.{os.getpid()}.partial")


def _remove(paths: Sequence[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)
