"""``video_decode.ffmpeg``: files of video to frames."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from towhee.errors import UsageError
from towhee.fetch import Content, FetchPolicy, read_bytes, source_name
from towhee.operators.base import Operator
from towhee.operators.video_decode.frames import FrameForm, video_frames
from towhee.operators.video_decode.sampling import sampling
from towhee.types import ColorMode, VideoFrame

MAX_BYTES = 2 * 1024**3  # of a download, which is held in memory
_TIMEOUT_SECONDS = 600.0


class FfmpegVideoDecode(Operator[Any, Iterator[VideoFrame]]):
    """Decode videos with FFmpeg, one frame after the other.

    A value is a path, an http(s) address, bytes, or a file opened in binary mode. It becomes a
    generator of ``VideoFrame``, so that a long film needs no more memory than a frame; a chain
    makes a list of it, unless ``flatten()`` (or ``flat_map`` of a pipe) follows at once.

    Where frames are left out, the file is read for their times first, and what is not needed is
    passed over without decoding, to the frame exactly. Frames are turned upright as the file says.

    Args:
        start_time: leave out what is shown before, in seconds from the first frame.
        end_time: leave out what is shown then or later.
        sample_type: ``"all"`` frames; ``"uniform"``, some of them evenly spread over the video, of
            a shorter one some twice; ``"key_frames"``, those stored whole; or ``"time"``, what is
            on the screen every so often. ``"uniform_temporal_subsample"`` and
            ``"time_step_sample"`` are other names of the second and the last.
        args: ``{"num_samples": 16}`` for uniform, ``{"time_step": 1}``, in seconds, for time.
        mode: the order of the channels: ``"RGB"``, ``"BGR"``, or ``"L"`` for grey.
        max_side: scale larger frames down, so that the longer side has that many pixels.
        threads: that decode one video. In a chain as many videos are decoded at once as there are
            cores, so one is enough.
        allow_hosts: private hosts that addresses may name, ``("intranet.example",)``.

    Raises:
        UsageError: for arguments that mean nothing.
        DataError: if a video is missing, none, damaged, or ends before it should.
        FetchError: if an address is refused or does not answer.
        MissingExtraError: if PyAV is not installed.

    Example:
        >>> decode = FfmpegVideoDecode(sample_type="uniform", args={"num_samples": 16})
        >>> frames = list(decode("holiday.mp4"))  # doctest: +SKIP
        >>> frames[1].timestamp, frames[1].frame_number  # doctest: +SKIP
        (0.8, 20)
    """

    placement = "threads"
    reads_files = True
    extra = "video"

    def __init__(
        self,
        start_time: float | None = None,
        end_time: float | None = None,
        sample_type: str | None = None,
        args: Mapping[str, Any] | None = None,
        *,
        mode: ColorMode = "RGB",
        max_side: int | None = None,
        threads: int = 1,
        allow_hosts: Sequence[str] = (),
    ) -> None:
        self._sampling = sampling(sample_type, args, start_time=start_time, end_time=end_time)
        self._form = FrameForm(mode, max_side)
        if type(threads) is not int or threads < 1:
            raise UsageError(f"threads is a whole number from 1, not {threads!r}")
        self._threads = threads
        self._policy = FetchPolicy(
            max_bytes=MAX_BYTES, timeout_seconds=_TIMEOUT_SECONDS, allow_hosts=tuple(allow_hosts)
        )

    def content(self, value: Any) -> Any:
        """The bytes of a file or an address."""
        return Content(read_bytes(value, policy=self._policy), source_name(value))

    # Any: the kinds of value have no common type.
    def batch(self, values: Sequence[Any]) -> list[Iterator[VideoFrame]]:
        """A generator of frames for each value, in order."""
        return [
            video_frames(
                value, self._sampling, self._form, policy=self._policy, threads=self._threads
            )
            for value in values
        ]
