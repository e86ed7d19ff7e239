"""``vector_similarity``: how near two vectors are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from towhee.errors import DataError
from towhee.operators.base import Operator
from towhee.operators.vector.vectors import as_floats
from towhee.search import metric_named


class VectorSimilarity(Operator[Any, float]):
    """The cosine of two vectors, their inner product, or how far they are apart.

    It has two inputs.

    Args:
        cal: ``"cosine"`` (0 to a vector without a direction), ``"IP"``, or ``"L2"`` for the
            distance, of which the smaller is nearer.

    Raises:
        UnknownNameError: for another measure.

    Example:
        >>> VectorSimilarity()(np.array([1.0, 0.0]), np.array([3.0, 4.0]))
        0.6
    """

    def __init__(self, *, cal: str = "cosine") -> None:
        self._metric = metric_named(cal)

    def __call__(self, vector: Any, other: Any = None) -> float:
        """The measure for two vectors."""
        return self.batch([vector], [other])[0]

    # Not as of one sequence, as there are two inputs.
    def batch(self, values: Sequence[Any], others: Sequence[Any] = ()) -> list[float]:
        """The measure for each pair of vectors.

        Raises:
            DataError: for what are no two vectors of one length, and for NaN or infinity.
        """
        if len(others) != len(values):
            raise DataError("vector_similarity takes two columns, each with a vector")
        return [self._measured(one, other) for one, other in zip(values, others, strict=True)]

    def _measured(self, one: Any, other: Any) -> float:
        first, second = as_floats(one), as_floats(other)
        if len(first) != len(second):
            raise DataError(f"vectors of {len(first)} and {len(second)} numbers have no measure")
        if self._metric == "L2":
            return float(np.linalg.norm(first - second))
        product = float(first @ second)
        if self._metric == "IP":
            return product
        lengths = float(np.linalg.norm(first) * np.linalg.norm(second))
        return product / lengths if lengths else 0.0
