"""``vector_quantize``: vectors in a half, a quarter or a thirty-second of the bytes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import get_args

import numpy as np
import numpy.typing as npt

from towhee.errors import DataError, UsageError
from towhee.operators.base import Operator
from towhee.operators.vector.vectors import as_floats
from towhee.types.quantized_vector import QuantizedKind, QuantizedVector

_LARGEST_CODE = 127


class VectorQuantize(Operator[npt.ArrayLike, QuantizedVector]):
    """Store vectors in fewer bytes than the four that a float32 takes for each number.

    ``vector_dequantize`` gives the numbers back, as near as the kind allows.

    Args:
        kind: ``"float16"``, 2 bytes a number, off by at most 1/2048 of each (1/2^25 of the
            smallest); ``"int8"``, 1 byte, off by at most half of ``scale``; ``"binary"``, 1 bit,
            which keeps the signs. Codes of ``"int8"`` are compared by their dot product, those
            of ``"binary"`` by the number of bits in which they differ (Hamming), to choose
            candidates, a hundred for ten, that are then compared in full.
        scale: the step between int8 codes, one for all vectors; numbers beyond 127 steps become
            the last code. If not given, each vector has its own, the largest of its numbers
            divided by 127, so compare such codes by cosine, or bring the numbers back first.

    Returns:
        A ``QuantizedVector`` for each: an array of codes that knows its kind and scale.

    Raises:
        UsageError: if there is no such kind, or the scale is not above 0 or not for it.
        DataError: for what is no vector, and for numbers too large for float16.

    Example:
        >>> VectorQuantize()([1.0, -0.5]).tolist()
        [127, -64]

    Source:
        https://huggingface.co/blog/embedding-quantization
    """

    def __init__(self, kind: str = "int8", *, scale: float | None = None) -> None:
        self._kind = checked_kind(kind)
        if scale is not None and (self._kind != "int8" or not is_scale(scale)):
            raise UsageError(f"scale is a number above 0, for int8 alone, not {scale!r} for {kind}")
        self._scale = scale

    def batch(self, values: Sequence[npt.ArrayLike]) -> list[QuantizedVector]:
        """Each vector as codes."""
        return [self._quantize(as_floats(value)) for value in values]

    def _quantize(self, vector: npt.NDArray[np.float64]) -> QuantizedVector:
        if self._kind == "binary":
            return QuantizedVector(np.packbits(vector > 0), "binary", dimension=vector.size)
        largest = float(np.abs(vector).max())
        if self._kind == "float16":
            if largest >= 65520:  # what would round to infinity
                raise DataError(f"the vector holds {largest:g}, which is too large for float16")
            return QuantizedVector(vector.astype(np.float16), "float16")
        scale = self._scale or largest / _LARGEST_CODE
        if scale == 0:  # nothing but zeros, or numbers that no step can tell from them
            return QuantizedVector(np.zeros(vector.size, np.int8), "int8")
        codes = np.clip(np.rint(vector / scale), -_LARGEST_CODE, _LARGEST_CODE)
        return QuantizedVector(codes.astype(np.int8), "int8", scale)


def checked_kind(kind: str) -> QuantizedKind:
    """The name of a kind of codes.

    Raises:
        UsageError: if it is none.
    """
    for known in get_args(QuantizedKind):
        if kind == known:
            return known  # type: ignore[no-any-return]  # an argument of QuantizedKind
    raise UsageError(f"kind is one of {', '.join(get_args(QuantizedKind))}, not {kind!r}")


def is_scale(scale: object) -> bool:
    """Whether it is a finite number above 0."""
    is_number = isinstance(scale, (int, float)) and not isinstance(scale, bool)
    return is_number and math.isfinite(scale) and scale > 0  # type: ignore[operator,arg-type]  # a number
