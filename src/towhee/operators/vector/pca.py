"""``vector_pca``: fewer numbers, chosen so that vectors stay as different as they can."""

from __future__ import annotations

import io
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from towhee.errors import DataError, MissingFileError, UsageError
from towhee.operators.learning_operator import LearningOperator
from towhee.operators.vector.principal_components import PrincipalComponents
from towhee.operators.vector.vectors import (
    as_floats,
    as_matrix,
    checked_dimension,
    of_unit_norm,
    to_float32,
)

_NO_VARIANCE = 1e-12


class VectorPca(LearningOperator[npt.ArrayLike, npt.NDArray[np.float32]]):
    """Turn vectors so that they differ most in their first numbers, and keep these.

    What it learns it learns from ``vectors``, from the rows of a collection after
    ``set_training()``, or from a file that ``save`` wrote; from ``vectors`` it learns anew in
    each run. Fit it on vectors of the kind that it will be given, a few thousand or more; results
    do not depend on the machine, as the sign of each direction is fixed.

    Args:
        dimension: how many numbers are kept; as many as there are if not given.
        vectors: what to learn from, ``(n, d)`` as an array or the path of a ``.npy`` file.
        components: the path of a ``.npz`` file that ``save`` wrote.
        whiten: whether each number is divided by its standard deviation, so that all count alike.
        normalize: whether the result is brought to unit length.
        name: by which a state knows it.

    Returns:
        ``(dimension,)`` float32 for each vector.

    Raises:
        UsageError: if ``vectors`` and ``components`` are both given, or the dimension is none.
        DataError: for what is no vector, or has another dimension than those that it learned
            from; for too few of them to learn from.

    Example:
        >>> pca = VectorPca(1, vectors=[[0.0, 0.0], [2.0, 0.0], [4.0, 0.1]])
        >>> pca([2.0, 0.0]).shape
        (1,)

    Source:
        The same as ``sklearn.decomposition.PCA``, but for the rounding.
    """

    called = "vector_pca"

    def __init__(
        self,
        dimension: int | None = None,
        *,
        vectors: npt.ArrayLike | str | os.PathLike[str] | None = None,
        components: str | os.PathLike[str] | None = None,
        whiten: bool = False,
        normalize: bool = False,
        name: str | None = None,
    ) -> None:
        super().__init__(name)
        if vectors is not None and components is not None:
            raise UsageError("vector_pca learns from vectors=… or reads components=…, not both")
        self._dimension = None if dimension is None else checked_dimension(dimension)
        self._vectors = vectors
        self._file = components
        self._whiten = whiten
        self._normalize = normalize
        self._learned: PrincipalComponents | None = None

    @property
    def is_ready(self) -> bool:
        """Whether there is what it learned, or what to learn from."""
        return any(given is not None for given in (self._learned, self._vectors, self._file))

    @property
    def components(self) -> PrincipalComponents:
        """What it learned: the mean, the directions, and the variance along each."""
        self.ensure_setup()
        assert self._learned is not None
        return self._learned

    def setup(self) -> None:
        super().setup()
        if self._learned is None and self._file is not None:
            self._learn(PrincipalComponents.read(Path(self._file)))
        elif self._learned is None:
            self.fit(_loaded(self._vectors))

    # Any: rows are taken as they come, and refused if they are no vectors.
    def fit(self, *columns: Sequence[Any]) -> None:
        """Learn from all vectors of one column."""
        if len(columns) != 1:
            raise UsageError(f"vector_pca learns from one column of vectors, not {len(columns)}")
        self._learn(PrincipalComponents.of(as_matrix(columns[0]), self._dimension))

    def batch(self, values: Sequence[npt.ArrayLike]) -> list[npt.NDArray[np.float32]]:
        """The first numbers of each vector once it is turned."""
        return [self._turned(as_floats(value)) for value in values]

    def fingerprint(self) -> str | None:
        """What it learned, by its digest."""
        return self.components.digest()

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write what it learned to a ``.npz`` file for ``components=``.

        Raises:
            UsageError: if it was not fitted, or the name ends otherwise.
        """
        file = Path(path)
        if file.suffix != ".npz":
            raise UsageError(f"components are written to a .npz file, not {file.name!r}")
        self.components.write(file)
        return file

    def dumped(self) -> bytes:
        """The content of the file that ``save`` writes, and how vectors are turned with it."""
        buffer = io.BytesIO()
        flags = {"whiten": self._whiten, "normalize": self._normalize}
        self.components.write(buffer, **flags)
        return buffer.getvalue()

    def restore(self, data: bytes) -> None:
        """Learn what ``dumped`` gave."""
        learned = PrincipalComponents.read(data)
        with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
            self._whiten, self._normalize = (
                bool(arrays[flag]) if flag in arrays else False for flag in ("whiten", "normalize")
            )
        self._learn(learned)

    def _learn(self, learned: PrincipalComponents) -> None:
        """Keep what was learned, as much of it as is asked for."""
        count = self._dimension or len(learned.variance)
        if count > len(learned.variance):
            raise DataError(
                f"there are {len(learned.variance)} components, fewer than the {count} asked for"
            )
        variance = learned.variance[:count]
        enough = int((variance > _NO_VARIANCE * variance[0]).sum())
        if self._whiten and enough < count:
            raise DataError(
                f"the vectors differ in {enough} directions alone, so {count} cannot be whitened; "
                f"choose a dimension of at most {enough}"
            )
        self._learned = PrincipalComponents(learned.mean, learned.components[:count], variance)

    def _turned(self, vector: npt.NDArray[np.float64]) -> npt.NDArray[np.float32]:
        learned = self.components
        if vector.size != learned.mean.size:
            raise DataError(
                f"vector_pca learned from vectors of {learned.mean.size} numbers and was given one "
                f"of {vector.size}; they have to come from the same model"
            )
        turned = learned.components @ (vector - learned.mean)
        if self._whiten:
            turned = turned / np.sqrt(learned.variance)
        return of_unit_norm(turned) if self._normalize else to_float32(turned)


def _loaded(vectors: Any) -> Any:
    """The vectors that an argument gives, or the file that it names."""
    if not isinstance(vectors, (str, os.PathLike)):
        return vectors
    try:
        with open(vectors, "rb") as file:
            read = np.load(file, allow_pickle=False)
    except FileNotFoundError as missing:
        raise MissingFileError(f"there is no file {os.fspath(vectors)} of vectors") from missing
    except (OSError, ValueError, EOFError) as damage:
        raise DataError(
            f"{os.fspath(vectors)} is no .npy file with an array of vectors: {damage}"
        ) from damage
    if not isinstance(read, np.ndarray):
        raise DataError(
            f"{os.fspath(vectors)} holds several arrays, not one of vectors; what save() wrote "
            "is read with components=…"
        )
    return read
