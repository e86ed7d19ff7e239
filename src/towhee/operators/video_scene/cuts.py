"""``video_scene.cuts``: the scenes of a video, found by the differences of its frames."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import PIL.Image

from towhee.errors import UsageError
from towhee.fetch import Content, read_bytes, source_name
from towhee.operators.base import Operator
from towhee.operators.image_embedding.pixels import as_image
from towhee.operators.video_decode.ffmpeg import FfmpegVideoDecode
from towhee.operators.video_embedding.clip import each_frame
from towhee.types import Image, Scene

_THUMBNAIL = (32, 18)  # pixels, in which noise and small things do not show
_DECODED_SIDE = 160
_NEIGHBOURS = 2  # on either side, so that a flash of one frame or two is no cut
_FILES = (str, os.PathLike, bytes, bytearray, memoryview)


class CutsVideoScene(Operator[Any, list[Scene]]):
    """The scenes of a video, from one hard cut to the next.

    A cut is a frame that differs from the one before it much more than its neighbours differ from
    theirs. So a fade, a fast pan, or things that move are no cut, and neither is a flash.

    A value is a path, an http(s) address or bytes, which are decoded frame by frame and need
    little memory however long the film is; or all frames of a video: a generator or a list of
    images, or an array ``(n, height, width, 3) uint8``.

    Args:
        threshold: the least mean difference of a cut, as a share of the range of pixels.
        ratio: how many times the differences around it that of a cut has to be.

    Raises:
        UsageError: for a threshold or a ratio that means nothing.
        DataError: for what is no video.

    Example:
        >>> black, white = (np.full((10, 36, 64, 3), value, np.uint8) for value in (0, 255))
        >>> [scene.first_frame for scene in CutsVideoScene()(np.concatenate([black, white]))]
        [0, 10]
    """

    placement = "threads"
    reads_files = True
    extra = "video"

    def __init__(self, *, threshold: float = 0.05, ratio: float = 2.5) -> None:
        if not 0 < threshold < 1:
            raise UsageError(f"threshold is between 0 and 1, not {threshold!r}")
        if not 1 < ratio < float("inf"):
            raise UsageError(f"ratio is above 1, not {ratio!r}")
        self._threshold, self._ratio = threshold, ratio
        self._decode = FfmpegVideoDecode(max_side=_DECODED_SIDE)

    def content(self, value: Any) -> Any:
        """The bytes of a file or an address; frames as they are."""
        if isinstance(value, (str, os.PathLike)):
            return Content(read_bytes(value), source_name(value))
        return value

    # Any: the kinds of value have no common type.
    def batch(self, values: Sequence[Any]) -> list[list[Scene]]:
        """The scenes of each video, in the order of display; they lack no frame."""
        return [self._scenes(value) for value in values]

    def _scenes(self, value: Any) -> list[Scene]:
        is_file = isinstance(value, _FILES) or hasattr(value, "read")
        frames: Iterable[Any] = self._decode(value) if is_file else each_frame(value)
        differences, numbers, times = [0.0], [], []
        before: npt.NDArray[np.float32] | None = None
        for place, frame in enumerate(frames):
            thumbnail = _thumbnail(as_image(frame))
            if before is not None:
                differences.append(float(np.abs(thumbnail - before).mean()))
            before = thumbnail
            numbers.append(int(getattr(frame, "frame_number", place)))
            times.append(float(getattr(frame, "timestamp", place)))
        starts = [0, *self._cuts(np.array(differences))]
        ends = [*starts[1:], len(numbers)]
        return [
            Scene(times[start], times[min(end, len(times) - 1)], numbers[start], numbers[end - 1])
            for start, end in zip(starts, ends, strict=True)
        ]

    def _cuts(self, differences: npt.NDArray[np.float64]) -> list[int]:
        """The places of frames that begin a scene, the first frame left out."""
        padded = np.pad(differences, _NEIGHBOURS)
        around = np.zeros_like(differences)
        for offset in range(-_NEIGHBOURS, _NEIGHBOURS + 1):
            if offset:
                start = _NEIGHBOURS + offset
                around = np.maximum(around, padded[start : start + len(differences)])
        is_cut = (differences >= self._threshold) & (differences >= self._ratio * around)
        is_cut[0] = False
        places: list[int] = np.flatnonzero(is_cut).tolist()
        return places


def _thumbnail(image: Image) -> npt.NDArray[np.float32]:
    """The frame in few pixels, from 0 to 1."""
    picture = PIL.Image.fromarray(np.ascontiguousarray(image.to("RGB")))
    small = picture.resize(_THUMBNAIL, PIL.Image.Resampling.BOX)
    shares: npt.NDArray[np.float32] = np.asarray(small, np.float32) / np.float32(255)
    return shares
