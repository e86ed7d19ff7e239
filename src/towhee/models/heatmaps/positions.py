"""The last numbers of a network that still belong to places of the image."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from towhee.errors import UsageError
from towhee.models.heatmaps.trace import Trace
from towhee.models.layers import channels_are_last

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True, slots=True)
class Positions:
    """Features of a grid of places, and what a score gains by them.

    Attributes:
        features: ``(places, channels)``, row by row of the grid; in front of them the tokens that
            are no places.
        gradient: of the score, of the same shape.
        prefix: how many tokens are no places: that of the class, registers.
        grid: height and width; height times width is the number of places.
        are_tokens: whether they are a transformer's.
    """

    features: torch.Tensor
    gradient: torch.Tensor
    prefix: int
    grid: tuple[int, int]
    are_tokens: bool

    @property
    def shares(self) -> torch.Tensor:
        """What each place adds to the score, ``(places,)``: features times gradient."""
        return (self.features * self.gradient).sum(1)[self.prefix :]


def last_positions(trace: Trace, score: torch.Tensor) -> Positions:
    """The last features before the places of the image were pooled.

    Raises:
        UsageError: if the network has none with more than one place.
    """
    height, width = trace.size
    for output in reversed(trace.outputs):
        places = _maps(output, height / width) if output.ndim == 4 else None
        if places is None and (output.ndim != 3 or output.shape[1] < 2):
            continue
        grid = (
            (places.shape[0], places.shape[1])
            if places is not None
            else _token_grid(trace, output.shape[1])
        )
        if grid is None:
            continue
        gradient = trace.gradient(score, output)
        if gradient is None:
            continue
        if places is None:
            prefix = output.shape[1] - grid[0] * grid[1]
            return Positions(output[0].detach(), gradient[0], prefix, grid, True)
        flat = places.flatten(0, 1).detach()
        slopes = _maps(gradient, height / width)
        assert slopes is not None
        return Positions(flat, slopes.flatten(0, 1), 0, grid, False)
    raise UsageError(
        "this model has no features of single places in front of its vector, so nothing says "
        "where in the image it comes from; convolutional networks and vision transformers have, "
        "for images larger than a few pixels"
    )


def _maps(output: torch.Tensor, aspect: float) -> torch.Tensor | None:
    """A map as ``(height, width, channels)``; ``None`` for one with a single place."""
    is_last = channels_are_last(tuple(output.shape), aspect, False)
    placed = output[0] if is_last else output[0].permute(1, 2, 0)
    return placed if placed.shape[0] * placed.shape[1] > 1 else None


def _token_grid(trace: Trace, tokens: int) -> tuple[int, int] | None:
    """Height and width of the patches among so many tokens.

    It is that of the convolution that cut the image into patches, if its places are among the
    tokens, or else the only one of the image's aspect that all tokens fill.
    """
    height, width = trace.size
    for output in trace.outputs:
        if output.ndim == 4:
            cut = _maps(output, height / width)
            if cut is not None and 0 <= tokens - cut.shape[0] * cut.shape[1] <= _MOST_PREFIX:
                return cut.shape[0], cut.shape[1]
    across = math.sqrt(tokens * width / height)
    wide = round(across)
    if wide and tokens % wide == 0 and math.isclose(across, wide, rel_tol=1e-6):
        return tokens // wide, wide
    return None


_MOST_PREFIX = 16
"""Tokens that are no patches: published models have up to nine."""
