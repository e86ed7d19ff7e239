"""Whether a recording is as long as its file says, where the file says it."""

from __future__ import annotations

import os
from typing import Any

from towhee.errors import DataError

_STATING = ("flac", "aiff", "mov", "matroska", "w64", "caf", "mp3")
_TOLERANCE_SECONDS = 0.1  # encoders add some silence, and some of them count it
_MICROSECONDS = 1_000_000
_STREAMED_BYTES = 0x7FFF0000  # what was written into a pipe states a length near the limit


# Any: PyAV is imported when it is used, and so are its types.
def check_length(
    container: Any, source: str | os.PathLike[str] | bytes, seconds: float, name: str
) -> None:
    """Raise ``DataError`` if the recording ends before the end that its file states.

    Ogg and raw AAC state none: a file of them that was cut is a shorter recording.

    Args:
        container: the open file.
        source: its path or content.
        seconds: of sound that was decoded.
        name: what messages call it.
    """
    stated = _stated_seconds(container, source, seconds)
    if stated - seconds > _TOLERANCE_SECONDS:
        raise DataError(
            f"{name!r} is cut short: {seconds:.2f} of {stated:.2f} seconds are there; fetch it "
            "again, or pass a duration that ends before the cut"
        )


def _stated_seconds(
    container: Any, source: str | os.PathLike[str] | bytes, seconds: float
) -> float:
    """The length that the file states, 0 where it states none."""
    track = container.streams.audio[0]
    kinds = container.format.name.split(",")
    if "wav" in kinds:
        return seconds * _stated_share(source)
    if not set(kinds) & set(_STATING) or ("mp3" in kinds and not track.start_time):
        return 0.0  # the length of an MP3 file without a header of LAME's kind is a guess
    if track.duration is not None:
        return float(track.duration * track.time_base)
    return float(container.duration or 0) / _MICROSECONDS


def _stated_share(source: str | os.PathLike[str] | bytes) -> float:
    """How many times longer than it is a RIFF file says to be; FFmpeg takes what is there."""
    if isinstance(source, bytes):
        head, size = source[:8], len(source)
    else:
        with open(source, "rb") as file:
            head, size = file.read(8), os.stat(source).st_size
    stated = int.from_bytes(head[4:8], "little")
    return (stated + 8) / size if head[:4] == b"RIFF" and stated < _STREAMED_BYTES else 0.0
