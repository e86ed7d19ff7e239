"""The sound of a file as frames, decoded by FFmpeg."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from towhee.errors import DataError, MissingFileError
from towhee.fetch import source_name
from towhee.operators.audio_decode.excerpt import Excerpt
from towhee.operators.audio_decode.importing import import_av
from towhee.operators.audio_decode.stated_length import check_length
from towhee.types import AudioFrame

_WHOLE = Excerpt()


def audio_frames(
    source: str | os.PathLike[str] | bytes, excerpt: Excerpt = _WHOLE
) -> Iterator[AudioFrame]:
    """The frames of the first sound track, in order, as the file divides them.

    Args:
        source: the path of a file of any format that FFmpeg reads, or its content; videos have
            sound tracks too.
        excerpt: the part that is wanted, and its form. What lies in front of it is decoded too,
            so that its samples are those of the whole recording.

    Yields:
        ``AudioFrame``: ``(channels, n) float32``, with the time of its first sample.

    Raises:
        MissingFileError: if there is no such file.
        DataError: if it holds no sound that can be decoded, or ends before it should.
        MissingExtraError: if PyAV is not installed.
    """
    av = import_av("decoding sound")
    name = source_name(source)
    if not isinstance(source, bytes) and not os.path.isfile(source):
        raise MissingFileError(f"{name!r} does not exist (looked in {os.getcwd()!r})")
    try:
        with _opened(av, source) as container:
            if not container.streams.audio:
                raise DataError(f"{name!r} has no sound track")
            yield from _excerpt_of(_decoded(av, container, source, name, excerpt), excerpt)
    except av.FFmpegError as error:
        raise DataError(f"{name!r} cannot be decoded as sound: {error.strerror}") from error


def joined(frames: Sequence[AudioFrame]) -> AudioFrame:
    """Successive frames as one.

    Raises:
        DataError: if there are none, or they differ in rate or channels.
    """
    kinds = {(frame.sample_rate, frame.shape[0]) for frame in frames}
    if len(kinds) != 1:
        shown = ", ".join(f"{channels} at {rate} Hz" for rate, channels in sorted(kinds))
        raise DataError(
            f"frames of one recording have one rate and number of channels, not {shown}"
            if kinds
            else "a list without frames holds no sound"
        )
    whole = np.concatenate([np.asarray(frame) for frame in frames], axis=1)
    return AudioFrame(whole, frames[0].sample_rate, frames[0].timestamp)


# Any: PyAV is imported when it is used, and so are its types.
def _opened(av: Any, source: str | os.PathLike[str] | bytes) -> Any:
    """The container; what it holds cannot make FFmpeg open files or addresses besides it."""
    if isinstance(source, bytes):
        return av.open(io.BytesIO(source), container_options={"protocol_whitelist": "none"})
    path = os.path.abspath(source)  # nothing that FFmpeg takes for a protocol, like concat:
    return av.open(path, container_options={"protocol_whitelist": "file"})


def _decoded(
    av: Any, container: Any, source: str | os.PathLike[str] | bytes, name: str, excerpt: Excerpt
) -> Iterator[AudioFrame]:
    """All frames of the track, in floating point, at the rate that is wanted."""
    track = container.streams.audio[0]
    to_float = av.AudioResampler(format="fltp", rate=excerpt.sample_rate)
    decoded_seconds, position = 0.0, 0
    for frame in container.decode(track):
        decoded_seconds += frame.samples / frame.sample_rate
        for part in to_float.resample(frame):
            yield _frame_of(part, position)
            position += part.samples
    for part in to_float.resample(None):
        if part is not None:  # it converts nothing where nothing is to be converted
            yield _frame_of(part, position)
            position += part.samples
    check_length(container, source, decoded_seconds, name)
    if not position:
        raise DataError(f"{name!r} has a sound track that holds no sample")


def _frame_of(part: Any, position: int) -> AudioFrame:
    samples = np.ascontiguousarray(part.to_ndarray(), dtype=np.float32)
    return AudioFrame(samples, part.sample_rate, position / part.sample_rate)


def _excerpt_of(frames: Iterator[AudioFrame], excerpt: Excerpt) -> Iterator[AudioFrame]:
    """The samples of the excerpt; nothing behind it is decoded."""
    position = 0
    for frame in frames:
        first, end = excerpt.samples(frame.sample_rate)
        begins, ends = position, position + frame.shape[1]
        position = ends
        if ends > first:
            taken = frame[:, max(0, first - begins) : None if end is None else end - begins]
            if taken.shape[1]:
                yield AudioFrame(
                    np.asarray(taken.mean(axis=0, keepdims=True) if excerpt.mono else taken),
                    frame.sample_rate,
                    max(first, begins) / frame.sample_rate,
                )
        if end is not None and ends >= end:
            return
