"""Where a clip of sound was found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class RecordingMatch:
    """A recording that a clip is part of.

    Attributes:
        key: of the recording: its path, its id, or its position.
        offset: when the clip begins in it, in seconds; below 0 if it begins before it.
        landmarks: how many landmarks of the clip are there at that offset.
        score: the share of the clip's landmarks that they are, 0 to 1.
    """

    # Any: keys are what users name recordings by.
    key: Any
    offset: float
    landmarks: int
    score: float
