"""The protocol of a backend."""

from __future__ import annotations

from typing import Protocol

import numpy as np
import numpy.typing as npt


class Backend(Protocol):
    """Runs one model.

    Attributes:
        name: ``"torch"`` or ``"onnxruntime"``.
        precision: the arithmetic that it computes in, ``"float32"``.
    """

    name: str
    precision: str

    def __call__(self, batch: npt.NDArray[np.float32], /) -> npt.NDArray[np.float32]:
        """The vectors ``(n, d) float32`` for pixels ``(n, 3, h, w) float32``, left unchanged."""
        ...
