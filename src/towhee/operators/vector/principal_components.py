"""The directions in which vectors differ most: what ``vector_pca`` learns and keeps in a file."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from towhee.errors import DataError, MissingFileError

Floats = npt.NDArray[np.float64]
_FIELDS = ("mean", "components", "variance")


@dataclass(frozen=True, slots=True, eq=False)
class PrincipalComponents:
    """A mean and the directions of most variance about it.

    Attributes:
        mean: ``(d,)`` float64.
        components: ``(k, d)`` float64, of unit length, the one of most variance first; the
            number that is largest in absolute value is positive in each.
        variance: ``(k,)`` float64, that of the vectors along each.
    """

    mean: Floats
    components: Floats
    variance: Floats

    @classmethod
    def of(cls, vectors: Floats, dimension: int | None = None) -> PrincipalComponents:
        """Those of ``(n, d)`` vectors.

        Raises:
            DataError: if there are fewer than two, or not as many directions as asked for.
        """
        count, width = vectors.shape
        most = min(count, width)
        if count < 2:
            raise DataError(f"principal components need at least two vectors, not {count}")
        if dimension is not None and dimension > most:
            raise DataError(
                f"{count} vectors of {width} numbers have {most} principal components, not "
                f"{dimension}; choose a smaller dimension or fit on more vectors"
            )
        mean = vectors.mean(axis=0)
        _, sizes, directions = np.linalg.svd(vectors - mean, full_matrices=False)
        kept = directions[: dimension or most]
        largest = kept[np.arange(len(kept)), np.abs(kept).argmax(axis=1)]
        signs = np.where(largest < 0, -1.0, 1.0)[:, None]
        return cls(mean, kept * signs, sizes[: len(kept)] ** 2 / (count - 1))

    @classmethod
    def read(cls, source: Path | bytes) -> PrincipalComponents:
        """Those of a file that ``write`` wrote, or of its content.

        Raises:
            MissingFileError: if there is no such file.
            DataError: if it is another file, or damaged.
        """
        name = str(source) if isinstance(source, Path) else "the content"
        try:
            data = source.read_bytes() if isinstance(source, Path) else source
            with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
                read = cls(*(arrays[field].astype(np.float64) for field in _FIELDS))
        except FileNotFoundError as missing:
            raise MissingFileError(f"there is no file {name}") from missing
        except (OSError, ValueError, KeyError, TypeError, EOFError, BadZipFile) as damage:
            raise DataError(
                f"{name} holds no principal components as vector_pca saves them: {damage}"
            ) from damage
        if not read._is_sound():
            raise DataError(f"{name} holds principal components whose arrays do not fit together")
        return read

    def write(self, file: Path | BinaryIO, **flags: bool) -> None:
        """Write them as NumPy's arrays, a file that is read without running code.

        Args:
            file: where to.
            flags: what else to keep beside them.
        """
        arrays = {field: getattr(self, field) for field in _FIELDS}
        arrays |= {name: np.bool_(flag) for name, flag in flags.items()}
        np.savez(file, **arrays)

    def digest(self) -> str:
        """By which they are known again."""
        content = b"".join(getattr(self, field).tobytes() for field in _FIELDS)
        return hashlib.sha256(content).hexdigest()

    def _is_sound(self) -> bool:
        arrays = (self.mean, self.components, self.variance)
        count = len(self.variance) if self.variance.ndim == 1 else 0
        fits = self.mean.ndim == 1 and self.components.shape == (count, self.mean.size)
        return count > 0 and fits and all(bool(np.isfinite(array).all()) for array in arrays)
