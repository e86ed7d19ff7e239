"""From figures to places in a drawing."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

_NOTHING = 1e-200  # below it quotients of values are no longer exact


@dataclass(frozen=True, slots=True)
class Scale:
    """A straight line from values to pixels.

    Attributes:
        low: the value at ``start``.
        high: the value at ``end``.
        start: in pixels.
        end: in pixels; less than ``start`` for an axis that points up.
    """

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """Where the value lies, in pixels."""
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)

    def ticks(self, about: int = 5) -> list[float]:
        """Round values within the scale, about so many.

        Example:
            >>> Scale(0.0, 1.0, 0, 100).ticks()
            [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]
        """
        step = _round_step((self.high - self.low) / about)
        first = math.ceil(self.low / step - 1e-9)
        last = math.floor(self.high / step + 1e-9)
        digits = max(0, 1 - math.floor(math.log10(step)))
        return [round(number * step, digits) + 0.0 for number in range(first, last + 1)]


def scale_over(values: Iterable[float], start: float, end: float, margin: float = 0.06) -> Scale:
    """A scale on which the values fill nearly everything.

    Args:
        values: finite; none stand for 0 and 1.
        start: in pixels.
        end: in pixels.
        margin: what is left free on both sides, as a share.
    """
    known = list(values) or [0.0, 1.0]
    low, high = min(known), max(known)
    spread = high - low
    largest = max(abs(low), abs(high))
    if spread <= max(1e-9 * largest, _NOTHING):  # one value alone lies in the middle
        spread = largest if largest > _NOTHING else 1.0
        low, high = low - spread / 2, high + spread / 2
    return Scale(low - margin * spread, high + margin * spread, start, end)


def figure(value: float) -> str:
    """A figure to read: four digits, no more zeros than needed.

    Example:
        >>> figure(0.84750001), figure(1e-05), figure(12.0)
        ('0.8475', '1e-05', '12')
    """
    return f"{value + 0.0:.4g}"


def _round_step(rough: float) -> float:
    """1, 2 or 5 times a power of ten, near the given step."""
    limit = 1.4 * rough
    power = 10.0 ** math.floor(math.log10(limit))
    return next(power * factor for factor in (5, 2, 1) if power * factor <= limit * (1 + 1e-9))
