"""The protocol of a backend."""

from __future__ import annotations

from typing import Any, Literal, Protocol

import numpy as np
import numpy.typing as npt

Precision = Literal["float32", "bfloat16", "float16", "int8"]
"""The arithmetic of a model's heavy layers; what goes in and comes out does not change."""


class Backend(Protocol):
    """Runs one model.

    Attributes:
        name: ``"torch"``, ``"onnxruntime"`` or ``"openvino"``.
        threads: the cores that one call keeps busy; 0 where the work is done elsewhere (a GPU).
        parallel: how many calls may be under way at once, each from a thread of its own.
    """

    name: str
    threads: int
    parallel: int

    @property
    def precision(self) -> Precision:
        """The arithmetic that it computes in."""
        ...

    def __call__(self, *inputs: npt.NDArray[Any]) -> npt.NDArray[np.float32]:
        """The vectors ``(n, d) float32`` for inputs of ``n`` rows each, which are left unchanged.

        What an input is, the model says: pixels ``(n, height, width, 3) uint8`` for images.
        """
        ...
