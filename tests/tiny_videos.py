"""Small videos for tests, written by PyAV."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.uint8]

WIDTH, HEIGHT, RATE = 96, 64, 25

KINDS = {
    "h264": ("libx264", "mp4"),
    "mpeg4": ("mpeg4", "mp4"),
    "vp9": ("libvpx-vp9", "webm"),
    "avi": ("mpeg4", "avi"),
    "mkv": ("libx264", "matroska"),
    "ts": ("libx264", "mpegts"),
}
"""Encoders and containers."""


def numbered(count: int) -> list[Pixels]:
    """Frames that tell their own number: its binary digits as black and white blocks."""
    frames = []
    for number in range(count):
        digits = [(number >> bit) & 1 for bit in range(8)]
        blocks = np.array(digits, np.uint8).reshape(2, 4) * 255
        frames.append(np.kron(blocks, np.ones((HEIGHT // 2, WIDTH // 4), np.uint8)))
    return [np.repeat(frame[:, :, None], 3, axis=2) for frame in frames]


def number_of(frame: npt.NDArray[Any]) -> int:
    """The number that a frame of ``numbered`` shows."""
    grey = np.asarray(frame).mean(axis=2)
    blocks = grey.reshape(2, grey.shape[0] // 2, 4, grey.shape[1] // 4).mean(axis=(1, 3))
    return sum(1 << bit for bit, value in enumerate(blocks.ravel()) if value > 127)


def video_bytes(
    frames: Iterable[Pixels],
    kind: str = "h264",
    *,
    times: Sequence[int] | None = None,
    key_frames_every: int = 12,
    rate: int = RATE,
    container_options: dict[str, str] | None = None,
    **options: str,
) -> bytes:
    """The content of a file of video.

    Args:
        frames: RGB, all of one size.
        kind: one of ``KINDS``.
        times: when each is shown, in frames of the rate; one after the other if not given.
        key_frames_every: the most frames from one key frame to the next.
        rate: frames a second.
        container_options: of the muxer.
        options: of the encoder.
    """
    codec, container = KINDS[kind]
    file = io.BytesIO()
    with av.open(file, "w", format=container, options=container_options or {}) as output:
        stream: Any = None
        for place, pixels in enumerate(frames):
            if stream is None:
                stream = output.add_stream(codec, rate=rate, options=options)
                stream.height, stream.width = pixels.shape[:2]
                stream.pix_fmt, stream.gop_size = "yuv420p", key_frames_every
                stream.codec_context.thread_count = 1
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels), format="rgb24")
            frame.pts = place if times is None else times[place]
            output.mux(stream.encode(frame))
        if stream is not None:
            output.mux(stream.encode())
    return file.getvalue()


def write_video(path: Path, frames: Iterable[Pixels], kind: str = "h264", **how: Any) -> Path:
    """The same as a file."""
    path.write_bytes(video_bytes(frames, kind, **how))
    return path


def turned(content: bytes, degrees: int) -> bytes:
    """An MP4 file that says it is to be turned clockwise by so much when it is shown."""
    one = 0x10000
    a, b, c, d = {90: (0, one, -one, 0), 180: (-one, 0, 0, -one), 270: (0, -one, one, 0)}[degrees]
    place = content.index(b"tkhd") + 44
    matrix = struct.pack(">9i", a, b, 0, c, d, 0, 0, 0, 0x40000000)
    return content[:place] + matrix + content[place + 36 :]
