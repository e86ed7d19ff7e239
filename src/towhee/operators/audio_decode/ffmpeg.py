"""Sound decoded by FFmpeg, through PyAV. The only module that imports it."""

from __future__ import annotations

import os
from collections.abc import Iterator

import numpy as np

from towhee.errors import DataError, MissingExtraError, MissingFileError
from towhee.types import AudioFrame


def audio_frames(path: str | os.PathLike[str]) -> Iterator[AudioFrame]:
    """The frames of a file's first sound track, in order, as the file stores them.

    Args:
        path: a file of any format that FFmpeg reads; videos have sound tracks too.

    Yields:
        ``AudioFrame``: ``(channels, n) float32`` at the track's own sample rate.

    Raises:
        MissingFileError: if there is no such file.
        DataError: if it holds no sound that can be decoded.
        MissingExtraError: if PyAV is not installed.
    """
    try:
        import av
    except ImportError as error:
        raise MissingExtraError("decoding sound", "audio") from error
    name = os.fspath(path)
    if not os.path.isfile(name):
        raise MissingFileError(f"{name!r} does not exist (looked in {os.getcwd()!r})")
    try:
        with av.open(name) as container:
            if not container.streams.audio:
                raise DataError(f"{name!r} has no sound track")
            to_float = av.AudioResampler(format="fltp")
            for decoded in container.decode(container.streams.audio[0]):
                for frame in to_float.resample(decoded):
                    samples = np.ascontiguousarray(frame.to_ndarray(), dtype=np.float32)
                    yield AudioFrame(samples, frame.sample_rate, float(frame.time or 0.0))
    except av.FFmpegError as error:
        raise DataError(f"{name!r} cannot be decoded as sound: {error.strerror}") from error
