"""The step from prepared pixels to vectors, which all image models share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from towhee.models.backends import Backend
from towhee.models.runner import Runner
from towhee.models.vectors import unit_length
from towhee.operators.base import Streams


def pixel_vectors(
    backend: Backend, pixels: Sequence[Any], *, normalize: bool
) -> npt.NDArray[np.float32]:
    """Vectors ``(n, d) float32`` for at least one array ``(height, width, 3) uint8``."""
    vectors = backend(np.stack(pixels))
    return unit_length(vectors) if normalize else vectors


def pixel_streams(runner: Runner, *, normalize: bool, batch_size: int | None) -> Streams:
    """How an engine runs an image model: with a call for each core."""
    backend = runner.streaming()
    return Streams(
        lambda pixels: pixel_vectors(backend, pixels, normalize=normalize),
        parallel=backend.parallel,
        threads=backend.threads,
        batch_size=batch_size,
    )
