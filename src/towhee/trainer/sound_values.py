"""Samples as sounds: as they are served, and as a picture of them."""

from __future__ import annotations

import logging
import os
from functools import cache
from typing import Any

import numpy as np
import PIL.Image

from towhee.errors import DataError
from towhee.models.audio.cepstrum import BANDS
from towhee.models.audio.outline import sound_outline
from towhee.operators.audio_decode.ffmpeg import FfmpegAudioDecode
from towhee.operators.audio_embedding.sound import Samples, as_sound
from towhee.trainer.data import TrainingData
from towhee.trainer.media import unwrapped

logger = logging.getLogger(__name__)

_RATE = 16000
_SIDE = 160  # pixels of a picture on the page of a report
_SECONDS = 5  # more than that of a sound cannot be seen on it
# From dark to light, as loudness is shown.
_COLOURS = np.array([[20, 18, 60], [120, 40, 120], [225, 95, 80], [252, 225, 160]], np.float64)


# Any: the kinds of sound have no common type.
def serving_sound(data: TrainingData, place: int) -> Any:
    """A sample as an operator on sound gets it when it is served.

    Paths, addresses and the bytes of files are decoded, as ``audio_decode.ffmpeg`` does it.

    Raises:
        DataError: for what is missing, damaged or no sound; it names the sample.
    """
    sample = data[place]
    value = unwrapped(sample.value)
    if not isinstance(value, (str, os.PathLike, bytes, bytearray, memoryview)):
        return value
    try:
        return _decoder()(value)
    except DataError as error:
        raise type(error)(f"sample {sample.key!r}: {error}") from error


def sound_samples(data: TrainingData, place: int, sample_rate: int) -> Samples:
    """A sample as one channel at a rate, ``(n,) float32``.

    Raises:
        DataError: as ``serving_sound``, and for a sound without samples, or with infinite ones.
    """
    value = serving_sound(data, place)
    try:
        return as_sound(value, sample_rate)
    except DataError as error:
        raise type(error)(f"sample {data.key(place)!r}: {error}") from error


def sound_picture(data: TrainingData, place: int) -> PIL.Image.Image | None:
    """The loudness of a sound over time (to the right) and pitch (upwards), in colours."""
    try:
        samples = sound_samples(data, place, _RATE)[: _SECONDS * _RATE]
    except DataError as error:
        logger.info("no picture of %s: %s", data.key(place), error)
        return None
    shown = (sound_outline(samples, _RATE, BANDS).T[::-1] + 1) / 2
    stops = np.linspace(0, 1, len(_COLOURS))
    colours = [np.interp(shown, stops, _COLOURS[:, channel]) for channel in range(3)]
    picture = PIL.Image.fromarray(np.stack(colours, axis=-1).astype(np.uint8))
    return picture.resize((_SIDE, _SIDE // 2), PIL.Image.Resampling.BILINEAR)


@cache
def _decoder() -> FfmpegAudioDecode:
    return FfmpegAudioDecode()
