"""``vector_dequantize``: the numbers of a quantised vector again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from towhee.errors import DataError, UsageError
from towhee.operators.base import Operator, short
from towhee.operators.vector.quantize import is_scale
from towhee.operators.vector.vectors import checked_dimension, to_float32
from towhee.types.quantized_vector import QuantizedVector


class VectorDequantize(Operator[Any, npt.NDArray[np.float32]]):
    """Give the numbers of quantised vectors back in float32.

    Of ``"binary"`` codes there are only the signs: the result is the vector of unit length whose
    numbers have these signs and are equally large, which is the nearest guess.

    Args:
        scale: that of int8 codes which do not know it, as of an array read from a store.
        dimension: how many numbers binary codes hold, if they do not know it; eight for each
            byte if not given.

    Returns:
        ``(d,)`` float32 for each vector.

    Raises:
        UsageError: if scale or dimension is none.
        DataError: for what holds no codes, and for int8 codes without a scale.

    Example:
        >>> VectorDequantize(scale=0.5)(np.array([2, -1], np.int8)).tolist()
        [1.0, -0.5]
    """

    def __init__(self, *, scale: float | None = None, dimension: int | None = None) -> None:
        if scale is not None and not is_scale(scale):
            raise UsageError(f"scale is a number above 0, not {scale!r}")
        self._scale = scale
        self._dimension = None if dimension is None else checked_dimension(dimension)

    def batch(self, values: Sequence[Any]) -> list[npt.NDArray[np.float32]]:
        """The numbers of each vector."""
        return [self._dequantize(self._codes(value)) for value in values]

    def _codes(self, value: Any) -> QuantizedVector:
        if isinstance(value, QuantizedVector):
            return value
        kinds = {"float16": "float16", "int8": "int8", "uint8": "binary"}
        kind = kinds.get(str(getattr(value, "dtype", "")))
        if kind is None or not isinstance(value, np.ndarray):
            raise DataError(
                f"{short(value)} holds no codes: they are arrays in float16, int8 or uint8"
            )
        if kind == "int8" and self._scale is None:
            raise DataError("an int8 array does not know its scale; pass scale=…")
        try:
            dimension = self._dimension if kind == "binary" else None
            return QuantizedVector(value, kind, self._scale or 1.0, dimension)  # type: ignore[arg-type]  # one of the kinds
        except UsageError as mismatch:
            raise DataError(str(mismatch)) from mismatch

    def _dequantize(self, codes: QuantizedVector) -> npt.NDArray[np.float32]:
        array = np.asarray(codes)
        if codes.kind == "binary":
            signs = np.unpackbits(array, count=codes.dimension).astype(np.float32) * 2 - 1
            guess: npt.NDArray[np.float32] = signs / np.float32(np.sqrt(codes.dimension))
            return guess
        if codes.kind == "int8":
            return to_float32(array * np.float64(codes.scale))
        return array.astype(np.float32)
