"""Which part of a recording is wanted, and in which form."""

from __future__ import annotations

import math
from dataclasses import dataclass

from towhee.errors import UsageError

_MOST_A_SECOND = 768_000  # the highest rate that any format in use has


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A part of a recording.

    Attributes:
        sample_rate: samples a second; ``None`` for the recording's own.
        mono: whether the channels are averaged.
        start: where it begins, in seconds from the first sample.
        duration: how long it is, in seconds; ``None`` up to the end.

    Raises:
        UsageError: for what no recording can have.

    Example:
        >>> Excerpt(16000, start=1.5, duration=0.5).samples(44100)
        (66150, 88200)
    """

    sample_rate: int | None = None
    mono: bool = False
    start: float = 0.0
    duration: float | None = None

    def __post_init__(self) -> None:
        if self.sample_rate is not None:
            check_sample_rate(self.sample_rate)
        if not _is_time(self.start) or self.start < 0:
            raise UsageError(f"start is a number of seconds of at least 0, not {self.start!r}")
        if self.duration is not None and not (_is_time(self.duration) and self.duration > 0):
            raise UsageError(f"duration is a number of seconds above 0, not {self.duration!r}")

    def samples(self, sample_rate: int) -> tuple[int, int | None]:
        """The first sample of it, and the first behind it, ``None`` where it has no end."""
        first = round(self.start * sample_rate)
        if self.duration is None:
            return first, None
        return first, max(first + 1, round((self.start + self.duration) * sample_rate))


def check_sample_rate(sample_rate: object) -> int:
    """The rate, if it is one.

    Raises:
        UsageError: if it is not.
    """
    if isinstance(sample_rate, bool) or not isinstance(sample_rate, int):
        raise UsageError(f"a sample rate is a whole number of hertz, not {sample_rate!r}")
    if not 1 <= sample_rate <= _MOST_A_SECOND:
        raise UsageError(f"a sample rate is 1 to {_MOST_A_SECOND:,} hertz, not {sample_rate}")
    return sample_rate


def _is_time(value: object) -> bool:
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return is_number and math.isfinite(float(value))  # type: ignore[arg-type]
