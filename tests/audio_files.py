"""Sound for tests: music that is made up, and files of it in the formats people have."""

from __future__ import annotations

import io
from fractions import Fraction

import av
import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.float32]

FORMATS = {
    "mp3": ("mp3", "libmp3lame", 44100, 64_000),
    "m4a": ("mp4", "aac", 44100, 64_000),
    "opus": ("ogg", "libopus", 48000, 32_000),
    "flac": ("flac", "flac", 44100, None),
    "wav": ("wav", "pcm_s16le", 44100, None),
}
"""Container, codec, sample rate and bits a second, by the suffix of a file."""


def music(seconds: float, seed: int, *, sample_rate: int = 16000) -> Samples:
    """Notes of a scale with overtones, two voices, and a beat; another tune for each seed."""
    random = np.random.default_rng(seed)
    count = round(seconds * sample_rate)
    sound = np.zeros(count)
    scale = np.array([0, 2, 4, 5, 7, 9, 11, 12, 14, 16])
    for low in (110, 220):
        beat = float(random.choice([0.2, 0.25, 0.3, 0.4]))
        tuning = low * 2 ** (random.uniform(0, 12) / 12)
        overtones = 1 / np.arange(1, 8) ** random.uniform(0.5, 2)
        for start in np.arange(0, seconds, beat):
            if random.random() < 0.2:
                continue
            pitch = tuning * 2 ** (random.choice(scale) / 12)
            begin = int(start * sample_rate)
            times = np.arange(min(round(2 * beat * sample_rate), count - begin)) / sample_rate
            tones = [
                w * np.sin(2 * np.pi * pitch * (k + 1) * times) for k, w in enumerate(overtones)
            ]
            sound[begin : begin + len(times)] += np.sum(tones, axis=0) * np.exp(-4 * times / beat)
    for start in np.arange(0, seconds, 0.5):
        begin = int(start * sample_rate)
        stroke = random.standard_normal(min(sample_rate // 10, count - begin))
        decay = np.exp(-np.arange(len(stroke)) / (0.02 * sample_rate))
        sound[begin : begin + len(stroke)] += 0.5 * stroke * decay
    return (0.5 * sound / np.abs(sound).max()).astype(np.float32)


def encoded(samples: Samples, sample_rate: int, suffix: str) -> bytes:
    """The content of a file of a format, as FFmpeg writes it.

    Args:
        samples: ``(n,)`` or ``(channels, n)``.
        sample_rate: of the samples; the file has that of the format.
        suffix: one of ``FORMATS``.
    """
    container, codec, rate, bits = FORMATS[suffix]
    file = io.BytesIO()
    channels = np.atleast_2d(samples)
    layout = "mono" if len(channels) == 1 else "stereo"
    with av.open(file, "w", format=container) as output:
        stream = output.add_stream(codec, rate=rate, layout=layout)
        if bits is not None:
            stream.bit_rate = bits
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(channels), "fltp", layout)
        frame.sample_rate, frame.pts, frame.time_base = sample_rate, 0, Fraction(1, sample_rate)
        convert = av.AudioResampler(stream.format, layout, rate)
        for part in (*convert.resample(frame), *convert.resample(None)):
            if part is not None:
                output.mux(stream.encode(part))
        output.mux(stream.encode(None))
    return file.getvalue()
