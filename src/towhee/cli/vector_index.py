"""A Parquet file of paths and vectors, in memory, ready to be searched."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from towhee.cli.provenance import Provenance
from towhee.errors import DataError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt


@dataclass(frozen=True, slots=True)
class VectorIndex:
    """What a file holds.

    Attributes:
        paths: of the images.
        vectors: ``(n, d) float32``.
        provenance: what made them, ``None`` if the file does not say.
    """

    paths: list[str]
    vectors: npt.NDArray[np.float32]
    provenance: Provenance | None


def read_index(path: str) -> VectorIndex:
    """The paths and vectors in a Parquet file with the columns ``path`` and ``embedding``.

    Raises:
        DataError: if there is no such file, or it holds something else.
    """
    import numpy as np
    import pyarrow
    from pyarrow import parquet

    from towhee.functional.sources import existing

    try:
        file = parquet.ParquetFile(existing(path))
    except pyarrow.ArrowInvalid as error:
        raise DataError(
            f"{path!r} is no Parquet file ({error}); `towhee embed … -o vectors.parquet` writes one"
        ) from error
    schema = file.schema_arrow
    missing = [name for name in ("path", "embedding") if name not in schema.names]
    if missing:
        raise DataError(
            f"{path!r} has no column {' and no column '.join(missing)}, but "
            f"{', '.join(schema.names) or 'none'}; `towhee embed` writes such a file"
        )
    paths: list[str] = []
    blocks: list[npt.NDArray[np.float32]] = []
    try:
        for batch in file.iter_batches(columns=["path", "embedding"]):
            blocks.append(_matrix(batch.column("embedding"), path, len(paths)))
            paths.extend(map(str, batch.column("path").to_pylist()))
    except (pyarrow.ArrowInvalid, OSError) as error:
        raise DataError(f"{path!r} is damaged ({error})") from error
    vectors = np.concatenate(blocks) if blocks else np.empty((0, 0), np.float32)
    return VectorIndex(paths, vectors, Provenance.read(schema.metadata or {}))


def _matrix(column: Any, path: str, first: int) -> npt.NDArray[np.float32]:
    """The vectors ``(n, d)`` of a column of lists."""
    import numpy as np
    import pyarrow

    kind = column.type
    is_list = pyarrow.types.is_fixed_size_list(kind) or pyarrow.types.is_list(kind)
    if not (is_list or pyarrow.types.is_large_list(kind)):
        raise DataError(f"{path!r}: the column embedding holds {kind}, not lists of numbers")
    if column.null_count:
        row = first + column.is_null().to_pylist().index(True)
        raise DataError(f"{path!r}, row {row}: there is no embedding")
    try:
        flat = column.flatten().cast(pyarrow.float32()).to_numpy(zero_copy_only=False)
        return np.asarray(flat.reshape(len(column), -1), np.float32)
    except (pyarrow.ArrowInvalid, pyarrow.ArrowNotImplementedError, ValueError) as error:
        raise DataError(f"{path!r}: the embeddings are no vectors of one length") from error
