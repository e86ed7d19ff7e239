"""The vectors of a video's frames, with the moments at which they are shown."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from towhee.errors import UsageError


@dataclass(frozen=True, slots=True, eq=False)  # arrays do not compare to one truth
class FrameVectors:
    """One vector for each frame of a video, in the order of display.

    Attributes:
        vectors: ``(n, d) float32``.
        timestamps: ``(n,) float64``, in seconds from the first frame of the video, ascending.

    Raises:
        UsageError: if there is not one timestamp for each vector, or they do not ascend.

    Example:
        >>> len(FrameVectors(np.eye(3, dtype=np.float32), np.arange(3) / 2))
        3
    """

    vectors: npt.NDArray[np.float32]
    timestamps: npt.NDArray[np.float64]

    def __post_init__(self) -> None:
        vectors = np.asarray(self.vectors, np.float32)
        timestamps = np.asarray(self.timestamps, np.float64)
        if vectors.ndim != 2 or timestamps.shape != vectors.shape[:1]:
            raise UsageError(
                f"frame vectors are (n, d) with n timestamps, not {vectors.shape} with "
                f"{timestamps.shape}"
            )
        if not (np.diff(timestamps) >= 0).all():
            raise UsageError("the timestamps of frame vectors ascend")
        object.__setattr__(self, "vectors", vectors)
        object.__setattr__(self, "timestamps", timestamps)

    def __len__(self) -> int:
        return len(self.timestamps)
