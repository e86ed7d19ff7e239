"""``audio_decode.ffmpeg``: the sound of a file, decoded by FFmpeg."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from towhee.errors import DataError, UsageError
from towhee.fetch import Content, FetchPolicy, is_url, read_bytes, source_name
from towhee.operators.audio_decode.excerpt import Excerpt
from towhee.operators.audio_decode.frames import audio_frames, joined
from towhee.operators.base import Operator, short
from towhee.types import AudioFrame

_ACCEPTED = "a path, an http(s) address, bytes or a file opened in binary mode"


class FfmpegAudioDecode(Operator[Any, AudioFrame]):
    """Decode the first sound track of a file of sound or a video, of any format FFmpeg reads.

    A value is a path, an http(s) address, bytes or a file opened in binary mode. It becomes one
    ``AudioFrame`` ``(channels, n) float32`` between -1 and 1.

    Args:
        sample_rate: samples a second, to which FFmpeg resamples; the recording's own if not given.
        mono: average the channels.
        start: where to begin, in seconds from the first sample.
        duration: how many seconds to take; up to the end if not given.
        allow_hosts: private hosts that addresses may name, ``("intranet.example",)``.

    Raises:
        UsageError: for a rate or a time that cannot be.
        DataError: if a value holds no sound, is damaged or cut short, or ends before ``start``.
        FetchError: if an address is refused or does not answer.
        MissingExtraError: if PyAV is not installed.

    Example:
        >>> import io, wave
        >>> file = io.BytesIO()
        >>> with wave.open(file, "wb") as recording:
        ...     recording.setparams((1, 2, 8000, 0, "NONE", ""))
        ...     recording.writeframes(bytes(2 * 4000))
        >>> sound = FfmpegAudioDecode(sample_rate=16000)(file.getvalue())
        >>> sound.shape, sound.sample_rate, sound.duration
        ((1, 8000), 16000, 0.5)

    Source: https://pyav.org, https://ffmpeg.org
    """

    placement = "threads"
    reads_files = True
    extra = "audio"

    def __init__(
        self,
        *,
        sample_rate: int | None = None,
        mono: bool = False,
        start: float = 0.0,
        duration: float | None = None,
        allow_hosts: Sequence[str] = (),
    ) -> None:
        if isinstance(allow_hosts, str):
            raise UsageError(f"allow_hosts is a tuple of names: ({allow_hosts!r},)")
        self._excerpt = Excerpt(sample_rate, mono, start, duration)
        self._policy = FetchPolicy(allow_hosts=tuple(allow_hosts))

    def content(self, value: Any) -> Any:
        """The bytes of a file or an address."""
        if isinstance(value, (str, os.PathLike)) or hasattr(value, "read"):
            # type: hasattr() has shown the file object's read, which mypy does not follow
            return Content(read_bytes(value, policy=self._policy), source_name(value))
        return value

    # Any: the kinds of value have no common type.
    def batch(self, values: Sequence[Any]) -> list[AudioFrame]:
        """One sound for each value, in order."""
        return [joined(self.frames(value)) for value in values]

    def frames(self, value: Any) -> list[AudioFrame]:
        """The frames that a value's file is divided into, each with its time; at least one."""
        source = self._source(value)
        found = list(audio_frames(source, self._excerpt))
        if not found:
            raise DataError(
                f"{source_name(source)!r} ends before {self._excerpt.start} seconds, where the "
                "excerpt starts"
            )
        return found

    def _source(self, value: Any) -> str | os.PathLike[str] | bytes:
        """What FFmpeg opens: the path of a file, which may be larger than memory, or bytes."""
        if isinstance(value, (str, os.PathLike)):
            is_file = not (isinstance(value, str) and is_url(value)) and os.path.isfile(value)
            if is_file and os.path.getsize(value):
                return value
        elif not isinstance(value, (bytes, bytearray, memoryview)) and not hasattr(value, "read"):
            raise DataError(f"{short(value)} is no file of sound; pass {_ACCEPTED}")
        return read_bytes(value, policy=self._policy)


class FfmpegAudioFrames(FfmpegAudioDecode):
    """Decode a sound track into the list of frames that the file is divided into.

    It is for ``flat_map`` and windows over frames. Values and arguments are those of
    ``audio_decode.ffmpeg``; each value becomes a list of ``AudioFrame`` with their times.
    """

    # type: an operator's result is what its class says; this one shares all but that.
    def batch(self, values: Sequence[Any]) -> list[list[AudioFrame]]:  # type: ignore[override]
        """The frames of each value, in order."""
        return [self.frames(value) for value in values]
