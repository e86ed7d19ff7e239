"""A stretch of a video that shows one scene."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scene:
    """The frames between two cuts.

    Attributes:
        start: when its first frame is shown, in seconds from the beginning of the video.
        end: when the first frame behind it is shown; of the last scene, when its last frame is.
        first_frame: the number of its first frame.
        last_frame: the number of its last frame, which belongs to it.
    """

    start: float
    end: float
    first_frame: int
    last_frame: int
