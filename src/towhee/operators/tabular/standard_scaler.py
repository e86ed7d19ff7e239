"""``standard_scaler``: numbers about 0 that vary by 1."""

from __future__ import annotations

from towhee.operators.tabular.transformer import Transformer


class StandardScaler(Transformer):
    """Take the mean off numbers and divide them by their standard deviation.

    Both are learned from the rows of a collection after ``set_training()``. It takes columns of
    numbers or of vectors, in which each place is scaled on its own.

    Args:
        name: by which a state knows it.
        with_mean: whether the mean is taken off.
        with_std: whether they are divided by the standard deviation.

    Returns:
        A number for a number, a vector ``(d,)`` float64 for a vector or several columns.

    Raises:
        DataError: for what is no finite number or vector, or has another number of them than the
            rows that it learned from.

    Example:
        >>> from towhee import dc
        >>> scaled = dc["a"]([1.0, 3.0]).set_training().standard_scaler["a", "b"]()
        >>> [row.b for row in scaled]
        [-1.0, 1.0]

    Source:
        ``sklearn.preprocessing.StandardScaler``
    """

    called = "standard_scaler"
    estimator_name = "preprocessing:StandardScaler"

    def __init__(
        self, name: str | None = None, *, with_mean: bool = True, with_std: bool = True
    ) -> None:
        super().__init__(name, with_mean=with_mean, with_std=with_std)
