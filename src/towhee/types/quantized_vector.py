"""A vector in fewer bytes, with what it takes to have the numbers back."""

from __future__ import annotations

from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt

from towhee.errors import UsageError

QuantizedKind = Literal["float16", "int8", "binary"]
_DTYPES = {"float16": np.float16, "int8": np.int8, "binary": np.uint8}


class QuantizedVector(np.ndarray[Any, np.dtype[Any]]):
    """The codes of a vector, and how they were made.

    It is an ndarray, so stores and indexes take it: ``(d,)`` float16 or int8, or ``(⌈d/8⌉,)``
    uint8 with the signs as bits, the first in the highest bit.

    Args:
        codes: the array; it is viewed, not copied.
        kind: ``"float16"``, ``"int8"`` or ``"binary"``.
        scale: what an int8 code is multiplied by to have the number back; 1 for the others.
        dimension: how many numbers the vector had; that of the codes if not given.

    Raises:
        UsageError: if codes and kind do not go together.

    Example:
        >>> import numpy as np
        >>> QuantizedVector(np.array([127, -64], np.int8), "int8", scale=0.01).scale
        0.01
    """

    kind: QuantizedKind
    scale: float
    dimension: int

    def __new__(
        cls,
        codes: npt.ArrayLike,
        kind: QuantizedKind,
        scale: float = 1.0,
        dimension: int | None = None,
    ) -> QuantizedVector:
        if kind not in _DTYPES:
            raise UsageError(
                f"a vector is quantised to {', '.join(get_args(QuantizedKind))}, not {kind!r}"
            )
        array = np.asarray(codes)
        if array.dtype != _DTYPES[kind] or array.ndim != 1:
            raise UsageError(f"an array {array.shape} {array.dtype} holds no codes of {kind}")
        numbers = array.size * 8 if kind == "binary" else array.size
        whole = numbers if dimension is None else dimension
        if not numbers - (7 if kind == "binary" else 0) <= whole <= numbers:
            raise UsageError(f"{array.size} codes of {kind} are not those of {whole} numbers")
        vector = array.view(cls)
        vector.kind, vector.scale, vector.dimension = kind, scale, whole
        return vector

    def __array_finalize__(self, source: object) -> None:
        self.kind = getattr(source, "kind", "float16")
        self.scale = getattr(source, "scale", 1.0)
        self.dimension = getattr(source, "dimension", 0)

    def __reduce__(self) -> tuple[Any, ...]:
        return (QuantizedVector, (np.asarray(self), self.kind, self.scale, self.dimension))
