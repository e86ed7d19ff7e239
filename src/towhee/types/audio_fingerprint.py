"""By what a recording is known again."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True, eq=False)
class AudioFingerprint:
    """Landmarks of a recording: pairs of spectral peaks, and when they sound.

    Attributes:
        hashes: ``(n,) uint32``, a number for each pair: its two frequencies and the time between.
        times: ``(n,) int32``, when its first peak sounds, in steps from the beginning.
        seconds_per_step: the length of a step.
        duration: of the recording, in seconds.
    """

    hashes: npt.NDArray[np.uint32]
    times: npt.NDArray[np.int32]
    seconds_per_step: float
    duration: float

    def __len__(self) -> int:
        return len(self.hashes)
