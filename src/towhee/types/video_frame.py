"""One picture of a video."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from towhee.types.image import ColorMode, Image


class VideoFrame(Image):
    """An ``Image`` that knows when it is shown.

    It is an ndarray, so everything that takes one takes it.

    Args:
        pixels: the array, ``uint8``; it is viewed, not copied.
        mode: as of ``Image``.
        timestamp: when it is shown, in seconds from the first frame of the video.
        key_frame: whether it is stored whole, not as a difference to others.
        frame_number: its place in the video, in the order of display, from 0.

    Raises:
        UsageError: if the array's shape or dtype is not that of the mode.

    Example:
        >>> frame = VideoFrame(np.zeros((2, 2, 3), np.uint8), timestamp=0.04, frame_number=1)
        >>> frame.mode, frame.timestamp, frame.frame_number
        ('RGB', 0.04, 1)
    """

    timestamp: float
    key_frame: bool
    frame_number: int

    def __new__(
        cls,
        pixels: npt.ArrayLike,
        mode: ColorMode = "RGB",
        timestamp: float = 0.0,
        key_frame: bool = False,
        frame_number: int = 0,
    ) -> VideoFrame:
        frame = Image(pixels, mode).view(cls)
        frame.timestamp = timestamp
        frame.key_frame = key_frame
        frame.frame_number = frame_number
        return frame

    def __array_finalize__(self, source: object) -> None:
        super().__array_finalize__(source)
        self.timestamp = getattr(source, "timestamp", 0.0)
        self.key_frame = getattr(source, "key_frame", False)
        self.frame_number = getattr(source, "frame_number", 0)

    def __reduce__(self) -> tuple[Any, ...]:
        about = (self.mode, self.timestamp, self.key_frame, self.frame_number)
        return (VideoFrame, (np.asarray(self), *about))

    def to(self, mode: ColorMode) -> VideoFrame:
        """The same frame with its channels in another order; itself where it has it already."""
        if mode == self.mode:
            return self
        pixels = super().to(mode)
        return VideoFrame(pixels, mode, self.timestamp, self.key_frame, self.frame_number)
