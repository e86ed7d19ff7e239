"""Samples at another rate."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from towhee.operators.audio_decode.importing import import_av


def resampled(
    samples: npt.NDArray[np.float32], sample_rate: int, wanted_rate: int
) -> npt.NDArray[np.float32]:
    """One channel at another rate, as FFmpeg resamples it.

    FFmpeg's resampler is taken because decoding uses it: a sound has the same samples whether it
    is decoded at a model's rate or brought to it later. What it adds of its own to a tone lies
    80 dB below it and more, up to nine tenths of the lower rate's band.

    Args:
        samples: ``(n,) float32``.
        sample_rate: samples a second.
        wanted_rate: samples a second of the result.

    Returns:
        ``(m,) float32``; the samples themselves if the rate is the wanted one already.

    Raises:
        MissingExtraError: if PyAV is not installed.
    """
    if sample_rate == wanted_rate:
        return samples
    av = import_av("resampling sound")
    # Any: PyAV is imported when it is used, and so are its types.
    frame = av.AudioFrame.from_ndarray(
        np.ascontiguousarray(samples[None]), format="fltp", layout="mono"
    )
    frame.sample_rate = sample_rate
    convert = av.AudioResampler(format="fltp", layout="mono", rate=wanted_rate)
    parts = [part.to_ndarray()[0] for part in (*convert.resample(frame), *convert.resample(None))]
    return np.concatenate(parts, dtype=np.float32) if parts else np.empty(0, np.float32)
