"""How well a student agrees with its teacher on samples that neither was fitted to."""

from __future__ import annotations

from typing import Any

import numpy as np

from towhee.trainer.metrics import pair_cosines, spearman
from towhee.trainer.metrics.neighbours import directions

RANKS, COSINE = "teacher_ranks", "teacher_cosine"


def agreement(student: Any, teacher: Any) -> dict[str, float]:
    """Measures of two sets of vectors of the same samples.

    Args:
        student: ``(n, d)``.
        teacher: ``(n, e)``.

    Returns:
        ``teacher_ranks``, Spearman's correlation of the cosines of all pairs of samples: 1 where
        both find the same things alike. Where both have the same length, ``teacher_cosine`` too,
        the mean cosine of the two vectors of a sample.

    Example:
        >>> agreement([[1, 0], [1, 1], [0, 1]], [[1, 0, 0], [1, 1, 0], [0, 1, 0]])
        {'teacher_ranks': 1.0}
    """
    ours, theirs = (directions(np.asarray(each, np.float32)) for each in (student, teacher))
    upper = np.triu_indices(len(ours), 1)
    # Equal cosines should be equal ranks, whatever the last bit says.
    found = {RANKS: spearman((ours @ ours.T)[upper].round(6), (theirs @ theirs.T)[upper].round(6))}
    if ours.shape == theirs.shape:
        found[COSINE] = float(pair_cosines(ours, theirs).mean())
    return found
