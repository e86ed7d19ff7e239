"""Changes that leave a sound what it is, in the spectrum that an outline is made of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from towhee.models.audio.cepstrum import BANDS
from towhee.models.audio.outline import SILENCE, WINDOW, Outline, outline, placed
from towhee.models.audio.spectrum import Spectrum

_LOUDEST_SHARE = 0.8  # of the band, above which a warp bends back to its end
_QUIETEST_NOISE = 70.0  # decibels below the sound


@dataclass(frozen=True, slots=True)
class Changes:
    """How far a sound may be changed.

    Attributes:
        warp: logarithm of the factor by which frequencies may move, as those of a longer or a
            shorter throat do.
        stretch: logarithm of the factor by which it may become slower or faster.
        noise: decibels that noise may be below the sound, at the loudest; ``None`` for none.
        colour: decibels by which a smooth curve over frequency may change it, as another
            microphone does.
        masks: how many parts of frequency and of time are left out.
        mask_bands, mask_frames: each at the most.

    Source: Jaitly and Hinton, 2013 (vocal tract length perturbation); Ko et al., 2015 (speed);
    Park et al., 2019, https://arxiv.org/abs/1904.08779 (SpecAugment).
    """

    warp: float = 0.0
    stretch: float = 0.0
    noise: float | None = None
    colour: float = 0.0
    masks: int = 0
    mask_bands: int = 6
    mask_frames: int = 16


CHANGES = {
    "none": Changes(),
    "light": Changes(stretch=0.1, masks=1),
    "strong": Changes(warp=0.1, stretch=0.25, noise=10.0, colour=4.0, masks=2),
}


def changed_outline(
    power: npt.NDArray[np.float32],
    filters: Spectrum,
    coefficients: int,
    changes: Changes,
    random: np.random.Generator,
) -> Outline:
    """A window of the outline of a changed sound, somewhere in it, ``(96, 40) float32``.

    Args:
        power: of each frequency in each frame, ``(frames, bins)``.
        filters: what makes bands of it, ``(bins, 40)``.
        coefficients: of the operator.
        changes: how far it is changed.
        random: by what.
    """
    if changes.warp:
        power = _warped(power, np.exp(random.uniform(-changes.warp, changes.warp)))
    bands = power.astype(np.float64) @ filters
    if changes.noise is not None:
        bands = bands + _noise(bands, random.uniform(changes.noise, _QUIETEST_NOISE), random)
    if changes.colour:
        bands = bands * 10 ** (_curve(changes.colour, random) / 10)
    picture = outline(bands, coefficients)
    if changes.stretch:
        picture = _stretched(picture, np.exp(random.uniform(-changes.stretch, changes.stretch)))
    spare = WINDOW - len(picture)
    if spare >= 0:
        picture = placed(picture, int(random.integers(0, spare + 1)))
    else:
        start = int(random.integers(0, -spare + 1))
        picture = picture[start : start + WINDOW].copy()
    for _ in range(changes.masks):
        _mask(picture, changes.mask_bands, changes.mask_frames, random)
    return picture


def _warped(power: npt.NDArray[np.float32], factor: float) -> npt.NDArray[np.float32]:
    """Frequencies moved by a factor, up to where a straight line leads to the band's end."""
    last = power.shape[1] - 1
    bend = _LOUDEST_SHARE * last * min(factor, 1.0) / factor
    bins = np.arange(last + 1, dtype=np.float32)
    beyond = last - (last - bend * factor) / (last - bend) * (last - bins)
    places = np.where(bins <= bend, bins * factor, beyond).clip(0, last)
    low = places.astype(np.int64)
    share = (places - low).astype(np.float32)
    high = np.minimum(low + 1, last)
    warped: npt.NDArray[np.float32] = power[:, low] * (1 - share) + power[:, high] * share
    return warped


def _noise(bands: Spectrum, decibels: float, random: np.random.Generator) -> Spectrum:
    """The power of a noise of some colour, so far below the mean of the sound."""
    colour = np.exp(0.5 * random.standard_normal(BANDS))
    grain = 0.5 + 0.5 * random.exponential(size=bands.shape)
    found: Spectrum = bands.mean() * 10 ** (-decibels / 10) * colour * grain
    return found


def _curve(decibels: float, random: np.random.Generator) -> Spectrum:
    """Decibels over the bands: a few slow waves."""
    orders = np.arange(1, 5)
    heights = decibels * random.standard_normal(4) / orders
    waves = np.cos(np.pi * orders[:, None] * np.arange(BANDS) / (BANDS - 1))
    found: Spectrum = heights @ waves
    return found


def _stretched(picture: Outline, factor: float) -> Outline:
    frames = max(1, round(len(picture) * factor))
    places = np.linspace(0, len(picture) - 1, frames)
    low = places.astype(np.int64)
    share = (places - low)[:, None].astype(np.float32)
    stretched: Outline = picture[low] * (1 - share)
    stretched += picture[np.minimum(low + 1, len(picture) - 1)] * share
    return stretched


def _mask(picture: Outline, bands: int, frames: int, random: np.random.Generator) -> None:
    """Leave out a part of frequency and a part of time, in place."""
    middle = (SILENCE + 1) / 2
    wide, long = int(random.integers(0, bands)), int(random.integers(0, frames))
    low, begin = (
        int(random.integers(0, BANDS - wide + 1)),
        int(random.integers(0, WINDOW - long + 1)),
    )
    picture[:, low : low + wide] = middle
    picture[begin : begin + long] = middle
