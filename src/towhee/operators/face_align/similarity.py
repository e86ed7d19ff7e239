"""The similarity transform that brings points nearest to others."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from towhee.errors import DataError

Floats = npt.NDArray[np.float64]


def similarity_transform(source: npt.ArrayLike, target: npt.ArrayLike) -> Floats:
    """Rotation, one scale and a shift, without a reflection, of the least squared distances.

    Args:
        source: points ``(n, d)``.
        target: where each shall come to lie, ``(n, d)``.

    Returns:
        ``(d, d + 1) float64``: a point ``p`` comes to lie at ``m[:, :d] @ p + m[:, d]``.

    Raises:
        DataError: if all points of the source are one, or some are not finite.

    Example:
        >>> turned = similarity_transform([[0, 0], [1, 0], [0, 1]], [[5, 5], [5, 7], [3, 5]])
        >>> turned.round(6) + 0.0
        array([[ 0., -2.,  5.],
               [ 2.,  0.,  5.]])

    Source: Umeyama, "Least-squares estimation of transformation parameters between two point
    patterns", 1991.
    """
    given, wanted = np.asarray(source, np.float64), np.asarray(target, np.float64)
    if not (np.isfinite(given).all() and np.isfinite(wanted).all()):
        raise DataError("points that are to be aligned are not all finite numbers")
    middle, wanted_middle = given.mean(axis=0), wanted.mean(axis=0)
    about, wanted_about = given - middle, wanted - wanted_middle
    spread = (about**2).sum()
    if spread == 0:
        raise DataError("points that are to be aligned are all at one place")
    left, strengths, right = np.linalg.svd(wanted_about.T @ about)
    signs = np.ones(len(middle))
    if np.linalg.det(left) * np.linalg.det(right) < 0:
        signs[-1] = -1  # the best turn that is no reflection
    turn = left @ np.diag(signs) @ right
    scale = (strengths * signs).sum() / spread
    shift = wanted_middle - scale * turn @ middle
    return np.column_stack([scale * turn, shift])
