"""How alike the values of a sample are, where its column of labels holds numbers."""

from __future__ import annotations

import math
import numbers
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from towhee.errors import DataError


def scores_of(
    written: Sequence[Any], keys: Sequence[str], source: str
) -> npt.NDArray[np.float64] | None:
    """The scores of samples with several values, ``None`` where the labels are no numbers.

    Args:
        written: the column of labels.
        keys: the samples' names, for the message.
        source: what messages call the data.

    Raises:
        DataError: if some samples have a score, and others none.

    Example:
        >>> scores_of([0.5, 1], ["0", "1"], "pairs.csv").tolist()
        [0.5, 1.0]
        >>> scores_of(["same", "other"], ["0", "1"], "pairs.csv") is None
        True
    """
    if not any(_is_number(value) for value in written):
        return None
    without = [place for place, value in enumerate(written) if not _is_number(value)]
    if without:
        raise DataError(
            f"{len(without)} of {len(written)} samples of {source} have no score, first "
            f"{str(keys[without[0]])!r} ({written[without[0]]!r}); give them one, or drop them"
        )
    return np.array([float(value) for value in written])


def _is_number(value: Any) -> bool:
    is_real = isinstance(value, numbers.Real) and not isinstance(value, (bool, np.bool_))
    return is_real and math.isfinite(value)
