"""``cate_one_hot_encoder``: categories as vectors with a 1 in the category's place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from towhee.errors import DataError, UsageError
from towhee.operators.base import short
from towhee.operators.tabular.transformer import Transformer


class CateOneHotEncoder(Transformer):
    """Turn categories into vectors, of which exactly one number is 1.

    The categories are those of the rows of a collection after ``set_training()``, in sorted
    order: texts, whole numbers or booleans. Several columns give their vectors side by side.

    Args:
        name: by which a state knows it.
        handle_unknown: a category that was not learned is an error (``"error"``), or gives zeros
            (``"ignore"``).

    Returns:
        A vector ``(d,)`` float64; ``d`` is the number of categories.

    Raises:
        UsageError: if ``handle_unknown`` is neither.
        DataError: for what is no category, and for an unknown one.

    Example:
        >>> from towhee import dc
        >>> rows = dc["a"](["hen", "owl", "hen"]).set_training()
        >>> [row.b.tolist() for row in rows.cate_one_hot_encoder["a", "b"]()]
        [[1.0, 0.0], [0.0, 1.0], [1.0, 0.0]]

    Source:
        ``sklearn.preprocessing.OneHotEncoder``
    """

    called = "cate_one_hot_encoder"
    estimator_name = "preprocessing:OneHotEncoder"

    def __init__(self, name: str | None = None, *, handle_unknown: str = "error") -> None:
        if handle_unknown not in ("error", "ignore"):
            raise UsageError(f"handle_unknown is 'error' or 'ignore', not {handle_unknown!r}")
        super().__init__(name, handle_unknown=handle_unknown, sparse_output=False)

    # Any: a column holds texts, numbers or booleans.
    def batch(self, values: Sequence[Any], *others: Sequence[Any]) -> list[npt.NDArray[np.float64]]:
        """The vector of each row."""
        self.ensure_setup()
        columns = [values, *others]
        self.require_columns(len(columns))
        categories = self.matrix(columns)
        self._require_known(categories)
        return list(self.estimator.transform(categories))

    def matrix(self, columns: Sequence[Sequence[Any]]) -> npt.NDArray[np.object_]:
        """The categories of all columns, ``(n, d)``."""
        for column in columns:
            for value in column:
                if not isinstance(value, (str, int, np.integer, np.bool_)):
                    raise DataError(
                        f"a category is a text, a whole number or a boolean, not {short(value)}; "
                        "fill or convert such rows first"
                    )
            if len({isinstance(value, str) for value in column}) > 1:
                raise DataError("the categories of a column are all texts or all numbers")
        matrix = np.empty((len(columns[0]), len(columns)), object)
        for place, column in enumerate(columns):
            matrix[:, place] = column
        return matrix

    def _require_known(self, categories: npt.NDArray[np.object_]) -> None:
        """Raise ``DataError`` for a category that was not learned, unless those are ignored."""
        if self.estimator.handle_unknown == "ignore":
            return
        for column, known in zip(categories.T, self.estimator.categories_, strict=True):
            choices = set(known.tolist())
            for value in column:
                if value not in choices:
                    raise DataError(
                        f"{short(value)} is not among the {len(choices)} categories learned "
                        f"({short(known.tolist())}); pass handle_unknown='ignore' when learning "
                        "to give it zeros"
                    )
