"""From a network and one image to a grid that says which places count."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from towhee.errors import DataError
from towhee.models.heatmaps.attention_rollout import (
    attention_rollout,
    patches_of,
    weighted_rollout,
)
from towhee.models.heatmaps.grad_cam import grad_cam
from towhee.models.heatmaps.pair_similarity import similarity_shares
from towhee.models.heatmaps.positions import Positions, last_positions
from towhee.models.heatmaps.trace import Trace, with_gradients

if TYPE_CHECKING:
    import torch

Method = Literal["Grad-CAM", "attention rollout", "weighted rollout", "similarity shares"]


@dataclass(frozen=True, slots=True)
class Explanation:
    """Which places of what a network was given count.

    Attributes:
        grid: ``(rows, columns) float64``: they sum to 1, or to ``score`` for similarity shares,
            and are 0 everywhere if no place speaks for it.
        score: what is explained: a class's logit, the length of the vector, or a cosine.
        method: how.
    """

    grid: npt.NDArray[np.float64]
    score: float
    method: Method


@with_gradients()
def explained_class(trace: Trace, number: int) -> Explanation:
    """Which places speak for a class, by Grad-CAM, or weighted rollout in a transformer.

    Args:
        trace: of a classifier.
        number: of the class.
    """
    score = trace.vector[number]
    positions = last_positions(trace, score)
    found = _rolled(trace, positions, score, weighted=True)
    return found or _of_cam(positions, score)


@with_gradients()
def explained_vector(trace: Trace) -> Explanation:
    """Which places an image's vector is made of.

    In a convolutional network that is Grad-CAM of the inner product with the image's own vector:
    what ``similarity_shares`` gives for the image with itself, without what is below 0. In a
    transformer it is attention rollout.
    """
    vector = trace.vector
    score = vector @ _unit(vector)
    positions = last_positions(trace, score)
    found = _rolled(trace, positions, score, weighted=False)
    return found or _of_cam(positions, score)


@with_gradients()
def explained_similarity(trace: Trace, other: npt.NDArray[np.float32]) -> Explanation:
    """Which places make an image's vector similar to another vector.

    Args:
        trace: of the image.
        other: ``(d,)``, the other vector, of any length above 0.

    Raises:
        DataError: if either vector is zero.
    """
    import torch

    vector = trace.vector
    # The length of the vector is held: at a cosine of 1 its gradient would be zero everywhere.
    direction = _unit(torch.from_numpy(other).to(vector.dtype))
    score = vector @ direction / _length(vector)
    positions = last_positions(trace, score)
    shares = similarity_shares(positions, float(score.detach()))
    if shares is not None:
        return Explanation(shares.numpy(), float(score.detach()), "similarity shares")
    found = _rolled(trace, positions, score, weighted=True)
    return found or _of_cam(positions, score)


def _of_cam(positions: Positions, score: torch.Tensor) -> Explanation:
    grid = grad_cam(positions).double()
    total = grid.sum()
    return Explanation(
        (grid / total if total > 0 else grid).numpy(), float(score.detach()), "Grad-CAM"
    )


def _rolled(
    trace: Trace, positions: Positions, score: torch.Tensor, *, weighted: bool
) -> Explanation | None:
    """By attention; ``None`` where no attention leads to the score between all tokens at once."""
    if not positions.are_tokens:
        return None
    tokens = len(positions.features)
    layers, gradients = [], []
    for attention in trace.attention:
        if attention.shape[-2:] != (tokens, tokens):
            continue
        gradient = trace.gradient(score, attention)
        if gradient is not None:
            layers.append(attention.detach().reshape(-1, tokens, tokens))
            gradients.append(gradient.reshape(-1, tokens, tokens))
    if not layers:
        return None
    relevance = weighted_rollout(layers, gradients) if weighted else attention_rollout(layers)
    # How much of the vector each token at the end is, by how the score changes with it.
    weights = positions.gradient.double().norm(dim=1)
    weights = (weights / weights.sum()).numpy() if weights.sum() > 0 else weights.numpy()
    patches = patches_of(relevance, weights, positions.prefix).double()
    return Explanation(
        patches.reshape(positions.grid).numpy(),
        float(score.detach()),
        "weighted rollout" if weighted else "attention rollout",
    )


def _unit(vector: torch.Tensor) -> torch.Tensor:
    return vector.detach() / _length(vector)


def _length(vector: torch.Tensor) -> torch.Tensor:
    length: torch.Tensor = vector.detach().norm()
    if not length > 0:
        raise DataError("a vector of zeros points nowhere, so nothing can be similar to it")
    return length
