"""The frames of a video, decoded as they are needed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from towhee.errors import DataError, UsageError
from towhee.fetch import FetchPolicy
from towhee.operators.video_decode.container import OpenVideo, opened_video
from towhee.operators.video_decode.frame_index import FrameIndex, check_is_whole, frame_index
from towhee.operators.video_decode.sampling import Sampling
from towhee.types import ColorMode, VideoFrame

if TYPE_CHECKING:
    import av

_FORMATS: dict[str, str] = {"RGB": "rgb24", "BGR": "bgr24", "L": "gray"}
_WORTH_SEEKING = 8  # frames, of which a decoder holds some back anyway


@dataclass(frozen=True, slots=True)
class FrameForm:
    """How frames are given.

    Attributes:
        mode: the order of the channels: ``"RGB"``, ``"BGR"`` or ``"L"``.
        max_side: the most pixels of the longer side, ``None`` for those of the video.

    Raises:
        UsageError: for what a frame cannot be given in.
    """

    mode: ColorMode = "RGB"
    max_side: int | None = None

    def __post_init__(self) -> None:
        if self.mode not in _FORMATS:
            raise UsageError(f"a frame's mode is one of {', '.join(_FORMATS)}, not {self.mode!r}")
        if self.max_side is not None and (type(self.max_side) is not int or self.max_side < 2):
            raise UsageError(f"max_side is a whole number from 2, not {self.max_side!r}")

    def frame(self, decoded: av.VideoFrame, timestamp: float, number: int) -> VideoFrame:
        """A decoded frame as pixels, turned upright."""
        longer = max(decoded.width, decoded.height)
        if self.max_side is None or longer <= self.max_side:
            pixels: npt.NDArray[Any] = decoded.to_ndarray(format=_FORMATS[self.mode])
        else:
            scale = self.max_side / longer
            width, height = (
                max(1, round(side * scale)) for side in (decoded.width, decoded.height)
            )
            small = decoded.reformat(width, height, _FORMATS[self.mode], interpolation="AREA")
            pixels = small.to_ndarray()
        if decoded.rotation % 90 == 0 and decoded.rotation % 360:
            pixels = np.ascontiguousarray(np.rot90(pixels, decoded.rotation // 90))
        return VideoFrame(pixels, self.mode, timestamp, bool(decoded.key_frame), number)


def video_frames(
    source: Any,
    sampling: Sampling,
    form: FrameForm,
    *,
    policy: FetchPolicy,
    threads: int = 1,
) -> Iterator[VideoFrame]:
    """The wanted frames of a video, one after the other; only one is in memory.

    Args:
        source: a path, an http(s) address, bytes, or a file opened in binary mode.
        sampling: which frames are wanted.
        form: how they are given.
        policy: the limits of a download.
        threads: that decode.

    Raises:
        DataError: if it is missing, no video, damaged, or ends before it should.
        FetchError: if an address is refused or does not answer.
        MissingExtraError: if PyAV is not installed.
    """
    with opened_video(source, policy=policy, threads=threads) as video:
        if sampling.kind == "all" and not sampling.start_time:
            yield from _in_a_row(video, sampling.end_time, form)
            return
        index = frame_index(video)
        first = int(index.ticks[0])
        check_is_whole(video, first, index.end, sampling.end_time)
        times = np.array([video.seconds(tick - first) for tick in index.ticks.tolist()])
        numbers = sampling.numbers(times, index.keys)
        if not len(numbers):
            raise DataError(
                f"{video.name} has no such frame between start_time={sampling.start_time} and "
                f"end_time={sampling.end_time}: it lasts {video.seconds(index.end - first):.2f} "
                "seconds"
            )
        if sampling.kind == "key_frames":
            video.stream.codec_context.skip_frame = "NONKEY"
        seeker = _Seeker(video, index, only_keys=sampling.kind == "key_frames")
        given: VideoFrame | None = None
        for number in numbers.tolist():
            if given is None or given.frame_number != number:
                given = form.frame(seeker.at(number), float(times[number]), number)
            yield given


def _in_a_row(video: OpenVideo, end_time: float | None, form: FrameForm) -> Iterator[VideoFrame]:
    """All frames from the first."""
    first = end = None
    number = -1
    for number, decoded in enumerate(video.container.decode(video.stream)):
        tick = decoded.pts if decoded.pts is not None else (end or 0)
        first = tick if first is None else first
        timestamp = video.seconds(tick - first)
        if end_time is not None and timestamp >= end_time:
            return
        yield form.frame(decoded, timestamp, number)
        end = tick + (decoded.duration or 0)
    if first is None or end is None:
        raise DataError(f"{video.name} holds no frames; was it written to its end?")
    check_is_whole(video, first, end, end_time)


class _Seeker:
    """Decodes frames by number, ascending, and passes over what need not be decoded."""

    def __init__(self, video: OpenVideo, index: FrameIndex, *, only_keys: bool) -> None:
        self._video = video
        self._index = index
        self._may_seek = not only_keys  # where nothing else is decoded anyway
        self._decoding = video.container.decode(video.stream)
        self._passed = -1

    def at(self, number: int) -> av.VideoFrame:
        """The frame of that number.

        A seek may land behind it, as containers are sought in by the order of decoding. It then
        starts one key frame earlier, and from the beginning in the end.
        """
        key = self._index.key_before(number)
        if self._may_seek and key - self._passed > _WORTH_SEEKING:
            while key > max(self._passed, 0):
                found = self._behind_key(key, number)
                if found is not None:
                    return found
                key = self._index.key_before(key - 1)
            self._seek(0)
        wanted = int(self._index.ticks[number])
        for decoded in self._decoding:
            if decoded.pts is not None and decoded.pts >= wanted:
                self._passed = number
                return decoded
        seconds = self._video.seconds(wanted - int(self._index.ticks[0]))
        raise DataError(
            f"{self._video.name} is damaged: nothing can be decoded at {seconds:.2f} seconds; "
            "get it anew, or pass an end_time before that"
        )

    def _behind_key(self, key: int, number: int) -> av.VideoFrame | None:
        """The very frame, decoded from a key frame on; ``None`` if that does not lead to it."""
        ticks = self._index.ticks
        wanted = int(ticks[number])
        self._seek(int(ticks[key]))
        has_started = False
        for decoded in self._decoding:
            if decoded.pts is None or decoded.pts > wanted:
                return None
            has_started |= bool(decoded.key_frame)
            if decoded.pts == wanted:
                if not has_started:
                    return None
                self._passed = number
                return decoded
        return None

    def _seek(self, tick: int) -> None:
        self._video.container.seek(tick, stream=self._video.stream)
        self._decoding = self._video.container.decode(self._video.stream)
