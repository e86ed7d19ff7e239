"""``audio_embedding.mfcc``: sound to vectors with no weights, from its spectrum's outline."""

from __future__ import annotations

import os
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from towhee.errors import UsageError
from towhee.models.audio.cepstrum import mfcc
from towhee.models.vectors import unit_length
from towhee.operators.audio_embedding.sound import Samples, as_sound
from towhee.operators.base import Operator

if TYPE_CHECKING:
    from towhee.models.audio.learned_cepstrum import LearnedCepstrum

_USUAL = {"coefficients": 20, "parts": 3, "sample_rate": 16000}
_LIMITS = {"coefficients": (2, 40), "parts": (1, 100), "sample_rate": (4000, 192_000)}
_LIFTER = 22  # of HTK; without it the first few coefficients say all


class MfccAudioEmbedding(Operator[Any, npt.NDArray[np.float32]]):
    """Embed sounds by their mel-frequency cepstral coefficients; no weights, no torch.

    The sound is cut into ``parts`` of equal length. Of each, the vector holds the mean and the
    standard deviation over time of the coefficients (``towhee.models.audio.cepstrum.mfcc``).
    The first coefficient is left out, so that the loudness of a recording does not count.

    It tells words, voices and instruments apart when they are recorded alike; it knows nothing of
    what sounds mean. What your sounds mean it can be trained for (``op.train``): a small network
    is learned then, on the same coefficients, which runs without torch too.

    Args:
        coefficients: how many coefficients of a frame to take, 2 to 40; 20 if not given.
        parts: how many parts of time are told apart; 1 for the timbre alone, in any order; 3 if
            not given.
        sample_rate: to which sounds are resampled, so that all vectors can be compared; 16,000
            if not given.
        normalize: whether vectors have unit length, so that the inner product is the cosine.
        checkpoint: a folder that training has left; what it was trained with goes for the numbers
            above.

    Raises:
        UsageError: for numbers that cannot be, or are not those of the checkpoint.
        WeightsError: for a folder that is no checkpoint of this operator.
        DataError: for what is no sound.

    Example:
        >>> embed = MfccAudioEmbedding()
        >>> embed((np.sin(np.arange(16000) / 10, dtype=np.float32), 16000)).shape
        (114,)

    Source: Davis and Mermelstein, 1980, https://doi.org/10.1109/TASSP.1980.1163420
    """

    placement = "threads"

    def __init__(
        self,
        *,
        coefficients: int | None = None,
        parts: int | None = None,
        sample_rate: int | None = None,
        normalize: bool = True,
        checkpoint: str | os.PathLike[str] | None = None,
    ) -> None:
        given = {"coefficients": coefficients, "parts": parts, "sample_rate": sample_rate}
        numbers = dict(_USUAL)
        self.learned: LearnedCepstrum | None = None
        if checkpoint is not None:
            from towhee.models.audio.learned_cepstrum import learned_cepstrum

            self.learned = learned_cepstrum(checkpoint)
            numbers = {name: getattr(self.learned, name) for name in numbers}
        for name, value in given.items():
            if value is None:
                continue
            _check(name, value)
            if self.learned is not None and value != numbers[name]:
                raise UsageError(
                    f"{name}={value}, but the checkpoint was trained with {numbers[name]}; leave "
                    "it out"
                )
            numbers[name] = value
        self.coefficients, self.parts = numbers["coefficients"], numbers["parts"]
        self.sample_rate = numbers["sample_rate"]
        self._normalize = normalize

    @property
    def dimension(self) -> int:
        """The length of the vectors."""
        if self.learned is not None:
            return self.learned.dimension
        return 2 * self.parts * (self.coefficients - 1)

    def fingerprint(self) -> str | None:
        """What was learned, if anything was."""
        return "" if self.learned is None else self.learned.digest()

    def origin(self) -> str | None:
        """The digest of what was learned; ``None`` where nothing was."""
        return None if self.learned is None else self.learned.digest()

    # Any: the kinds of value have no common type.
    def batch(self, values: Sequence[Any]) -> npt.NDArray[np.float32]:
        """Vectors ``(n, d) float32``."""
        if not len(values):
            return np.empty((0, self.dimension), np.float32)
        sounds = [as_sound(value, self.sample_rate) for value in values]
        if self.learned is not None and self.learned.takes == "outline":
            vectors = self._of_outlines(self.learned, sounds)
        else:
            vectors = np.stack([self._statistics(sound) for sound in sounds])
            if self.learned is not None:
                vectors = self.learned(vectors)
        return unit_length(vectors) if self._normalize else vectors

    def _of_outlines(
        self, learned: LearnedCepstrum, sounds: Sequence[Samples]
    ) -> npt.NDArray[np.float32]:
        """The mean over the windows of each sound."""
        from towhee.models.audio.outline import outline_windows, sound_outline

        found = []
        for sound in sounds:  # one by one, so that no neighbour changes a vector in the last bit
            seen = sound_outline(sound, self.sample_rate, self.coefficients)
            found.append(learned(outline_windows(seen)).mean(axis=0))
        return np.stack(found)

    def _statistics(self, samples: Samples) -> npt.NDArray[np.float32]:
        frames = mfcc(samples, self.sample_rate, self.coefficients, lifter=_LIFTER)[:, 1:]
        edges = np.linspace(0, len(frames), self.parts + 1).astype(int).tolist()
        statistics: list[npt.NDArray[np.float64]] = []
        for begin, end in pairwise(edges):
            part = frames[begin : max(end, begin + 1)]
            statistics += [part.mean(axis=0), part.std(axis=0)]
        return np.concatenate(statistics).astype(np.float32)


def _check(name: str, value: object) -> None:
    least, most = _LIMITS[name]
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    if not is_whole or not least <= value <= most:  # type: ignore[operator]
        raise UsageError(f"{name} is a whole number of {least} to {most}, not {value!r}")
