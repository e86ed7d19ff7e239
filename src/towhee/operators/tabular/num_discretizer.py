"""``num_discretizer``: numbers by the interval that they are in."""

from __future__ import annotations

from towhee.errors import UsageError
from towhee.operators.tabular.transformer import Transformer

_ENCODINGS = {"onehot": "onehot-dense", "onehot-dense": "onehot-dense", "ordinal": "ordinal"}
_STRATEGIES = ("quantile", "uniform", "kmeans")


class NumDiscretizer(Transformer):
    """Sort numbers into bins, whose edges are learned from the rows of a collection.

    Args:
        name: by which a state knows it.
        n_bins: how many bins, 2 or more.
        encode: ``"onehot"`` gives a vector with a 1 at the bin's place, ``"ordinal"`` the bin's
            number, from 0.
        strategy: ``"quantile"`` puts equally many rows into each bin, ``"uniform"`` makes bins
            equally wide, ``"kmeans"`` puts numbers to the nearest of ``n_bins`` centres.

    Returns:
        A vector ``(d,)`` float64; with ``"ordinal"``, a number for a number. What lies beyond the
        rows that it learned from is in the first or the last bin.

    Raises:
        UsageError: if an argument means nothing.
        DataError: for what is no finite number or vector, or has another number of them than the
            rows that it learned from.

    Example:
        >>> from towhee import dc
        >>> rows = dc["a"]([1, 2, 3, 4]).set_training()
        >>> [row.b for row in rows.num_discretizer["a", "b"](n_bins=2, encode="ordinal")]
        [0.0, 0.0, 1.0, 1.0]

    Source:
        ``sklearn.preprocessing.KBinsDiscretizer``
    """

    called = "num_discretizer"
    estimator_name = "preprocessing:KBinsDiscretizer"

    def __init__(
        self,
        name: str | None = None,
        n_bins: int = 10,
        encode: str = "onehot",
        strategy: str = "quantile",
    ) -> None:
        if not isinstance(n_bins, int) or isinstance(n_bins, bool) or n_bins < 2:
            raise UsageError(f"n_bins is a whole number of at least 2, not {n_bins!r}")
        if encode not in _ENCODINGS:
            raise UsageError(f"encode is 'onehot' or 'ordinal', not {encode!r}")
        if strategy not in _STRATEGIES:
            raise UsageError(f"strategy is one of {', '.join(_STRATEGIES)}, not {strategy!r}")
        # Of more than 200,000 rows the estimator looks at a sample, which is the same each time.
        super().__init__(
            name, n_bins=n_bins, encode=_ENCODINGS[encode], strategy=strategy, random_state=0
        )
