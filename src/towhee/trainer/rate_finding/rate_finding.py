"""What a sweep over learning rates shows, and the one that it suggests."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from towhee.trainer.report.curves import Series, line_chart
from towhee.trainer.report.style import STYLE
from towhee.viz.page import html_page

_BLUR = 0.05
"""How far losses of neighbouring rates are averaged, as a share of the sweep: a batch's loss says
as much of the batch as of the rate."""

_SURE = 4.0
"""Standard errors by which the loss has to fall: the least of many is below their mean by chance.
Of 500 curves of noise alone, 2 seem to fall so far.
"""


@dataclass(frozen=True, slots=True)
class RateFinding:
    """The loss at each learning rate, and the rate to take.

    Attributes:
        rates: that were tried, a step each, rising.
        losses: at each, before the step that was taken with it.
        lr: the rate to take; ``None`` if the loss fell at none.
        reason: why that one, in words.
        least_at: the rate at which the smoothed loss was least; beyond it steps do harm.
        stopped_at: the rate at which the loss was beyond bounds; ``None`` if it never was.

    Example:
        >>> from towhee.trainer.rate_finding import suggested
        >>> finding = suggested([1e-4, 1e-3, 1e-2, 1e-1], [2.0, 1.5, 0.5, 0.9])
        >>> finding.lr, finding.least_at
        (0.01, 0.01)
    """

    rates: Sequence[float]
    losses: Sequence[float]
    lr: float | None
    reason: str
    least_at: float
    stopped_at: float | None = None

    def html(self) -> str:
        """The curve as a page that needs no other file."""
        losses = np.array(self.losses)
        smoothed = _smoothed(losses)
        powers = [math.log10(rate) for rate in self.rates]
        chart = line_chart(
            "Loss by learning rate, one step each",
            "learning rate, as a power of ten",
            [
                Series("loss", powers, _bounded(losses).tolist()),
                Series("smoothed", powers, smoothed.tolist()),
            ],
        )
        return html_page("Learning rate", self.reason, f"<main>{chart}</main>", STYLE)

    def __str__(self) -> str:
        return self.reason


def suggested(
    rates: Sequence[float], losses: Sequence[float], stopped_at: float | None = None
) -> RateFinding:
    """The rate at which the loss falls fastest, in front of the one at which it is least.

    Args:
        rates: rising, two at least.
        losses: finite, one for each rate.
        stopped_at: the rate at which the loss was beyond bounds.

    Source: Smith, "Cyclical Learning Rates for Training Neural Networks", 2017, section 3.3, for
    the sweep; the steepest fall is what fastai and Lightning take.
    """
    found = np.array(losses, float)
    smoothed = _smoothed(found)
    least = int(np.argmin(smoothed))
    # The first rates are too small to do anything: their mean is what is fallen from.
    quarter = found[: max(1, min(least, len(found) // 4))]
    fall = float(np.mean(quarter)) - float(smoothed[least])
    noise = float(np.std(np.diff(found[: max(least, len(found) // 4) + 1]))) / math.sqrt(2)
    averaged = max(1.0, 2 * math.sqrt(math.pi) * _width(len(found)))
    error = noise * math.sqrt(1 / len(quarter) + 1 / averaged)
    if least == 0 or fall <= _SURE * error:
        reason = (
            f"no learning rate from {rates[0]:.1g} to {rates[-1]:.1g} lowered the loss by more "
            "than it differs from batch to batch; take a larger batch_size, or look whether the "
            "labels can be learned"
        )
        return RateFinding(rates, losses, None, reason, float(rates[least]), stopped_at)
    slopes = np.diff(smoothed[: least + 1]) / np.diff(np.log(rates[: least + 1]))
    steepest = int(np.argmin(slopes)) + 1
    lr = float(f"{rates[steepest]:.2g}")
    lr = min(lr, float(rates[least]))
    end = (
        f"and at {stopped_at:.1g} the training diverges"
        if stopped_at is not None
        else f"and up to {rates[-1]:.1g} the training does not diverge"
    )
    reason = (
        f"the loss falls fastest at {lr:.2g}, from {np.mean(quarter):.3g} at {rates[0]:.1g} to "
        f"{smoothed[least]:.3g} at {rates[least]:.1g}, where it is least, {end}"
    )
    return RateFinding(rates, losses, lr, reason, float(rates[least]), stopped_at)


def _smoothed(losses: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Averaged with their neighbours on both sides, so that nothing is moved along."""
    bounded = _bounded(losses)
    places = np.arange(len(losses))
    width = _width(len(losses))
    weights = np.exp(-0.5 * np.square((places[:, None] - places) / width))
    averaged: npt.NDArray[np.float64] = weights @ bounded / weights.sum(1)
    return averaged


def _bounded(losses: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """What is far above the beginning as twice that, or one value would lift all around it."""
    bounded: npt.NDArray[np.float64] = np.minimum(losses, 2 * abs(losses[0]))
    return bounded


def _width(count: int) -> float:
    return max(0.3, _BLUR * count)
