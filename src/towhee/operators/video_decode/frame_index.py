"""Where the frames of a video are, found without decoding them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from towhee.errors import DataError
from towhee.operators.video_decode.container import OpenVideo

_TOLERANCE = 0.5  # seconds by which the end that is stated may be wrong


@dataclass(frozen=True, slots=True)
class FrameIndex:
    """When each frame is shown, in the order of display.

    Attributes:
        ticks: ``(n,)``, in the track's own units of time, ascending.
        keys: ``(n,)``, whether it is a key frame, from which decoding can start.
        end: when the last frame ends, in those units.
    """

    ticks: npt.NDArray[np.int64]
    keys: npt.NDArray[np.bool_]
    end: int

    def key_before(self, number: int) -> int:
        """The number of the last key frame that is not behind this frame; 0 if there is none."""
        before = np.flatnonzero(self.keys[: number + 1])
        return int(before[-1]) if len(before) else 0


def frame_index(video: OpenVideo) -> FrameIndex:
    """The index of a video just opened, which stands at its beginning again afterwards.

    All of the file is read, and nothing is decoded, unless its packets bear no times.

    Raises:
        DataError: if it holds no frames.
    """
    found: dict[int, bool] = {}
    end = 0
    is_timed = True
    for packet in video.container.demux(video.stream):
        if not packet.size or packet.is_discard:
            continue
        if packet.pts is None:
            is_timed = False
            break
        found[packet.pts] = packet.is_keyframe
        end = max(end, packet.pts + (packet.duration or 0))
    video.container.seek(0)
    if not is_timed:
        found, end = _by_decoding(video)
    if not found:
        raise DataError(f"{video.name} holds no frames; was it written to its end?")
    ticks = np.array(sorted(found), np.int64)
    keys = np.array([found[tick] for tick in ticks.tolist()])
    return FrameIndex(ticks, keys, end)


def check_is_whole(video: OpenVideo, first: int, end: int, end_time: float | None) -> None:
    """Raise ``DataError`` if a video ends before the end that it states itself, or is asked for.

    Args:
        video: the video.
        first: when the first frame is shown, in the track's own units.
        end: when the last frame ends.
        end_time: behind which nothing is wanted.
    """
    stated = video.stated_duration
    if stated is None:
        return
    wanted = stated if end_time is None else min(stated, end_time)
    there = video.seconds(end - min(first, 0))
    if there < wanted - max(_TOLERANCE, 0.02 * wanted):
        raise DataError(
            f"{video.name} is cut short: it should last {stated:.2f} seconds, and its frames end "
            f"at {there:.2f}; get it whole, or pass end_time={int(there * 100) / 100} to take what "
            "there is"
        )


def _by_decoding(video: OpenVideo) -> tuple[dict[int, bool], int]:
    """The frames of a file that does not say when its packets are shown; it cannot be sought in."""
    found = {
        frame.pts: place == 0
        for place, frame in enumerate(video.container.decode(video.stream))
        if frame.pts is not None
    }
    video.container.seek(0)
    times = sorted(found)
    last = times[-1] - times[-2] if len(times) > 1 else 0
    return found, (times[-1] + last if times else 0)
