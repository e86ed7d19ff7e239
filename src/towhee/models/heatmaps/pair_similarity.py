"""What each place of an image adds to its similarity with another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from towhee.models.heatmaps.positions import Positions

if TYPE_CHECKING:
    import torch

TOLERANCE = 1e-5
"""How far from the similarity the sum of its shares may be, for them to be called exact."""


def similarity_shares(positions: Positions, similarity: float) -> torch.Tensor | None:
    """The similarity cut up over the places of one image, if that can be done exactly.

    With average pooling, a vector is the mean of the features of all places, so its inner product
    with another vector is the mean of theirs. Written as features times gradient, the length of
    the vector held as it is, the same holds for max pooling, for a linear layer behind the
    pooling, and wherever else the vector grows in proportion with the features.

    Args:
        positions: the last features of an image, and the gradient of ``vector @ other`` divided by
            the lengths of both.
        similarity: their cosine.

    Returns:
        ``(height, width)``, which sum to the similarity within ``TOLERANCE``; a place below 0
        makes the images less alike. ``None`` if they would sum to something else, as behind a
        token of the class or a bias.

    Source: Stylianou, Souvenir and Pless, "Visualizing Deep Similarity Networks", WACV 2019,
    https://arxiv.org/abs/1901.00536; where gradients differ between places, Draelos and Carin,
    "Use HiResCAM instead of Grad-CAM for faithful explanations", https://arxiv.org/abs/2011.08891.
    """
    shares = positions.shares.double()
    if abs(float(shares.sum()) - similarity) > TOLERANCE:
        return None
    return shares.reshape(positions.grid)
