"""The base of the operators that learn how to bring numbers into another form."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from towhee.operators.tabular.estimator_operator import EstimatorOperator
from towhee.operators.tabular.features import as_matrix, holds_numbers
from towhee.operators.tabular.scikit_learn import telling_refusals


class Transformer(EstimatorOperator):
    """Learns from columns of numbers or vectors, and gives new numbers for them.

    Several columns are put side by side. The result is a vector ``(d,)`` float64, or a number
    where one number goes in and one comes out.
    """

    # Any: a column holds numbers or vectors.
    def fit(self, *columns: Sequence[Any]) -> None:
        """Learn from all rows."""
        estimator = self.new_estimator()
        with telling_refusals("scikit-learn refuses"):
            estimator.fit(self.matrix(columns))
        self.learned(estimator, len(columns))

    def batch(self, values: Sequence[Any], *others: Sequence[Any]) -> list[Any]:
        """The new numbers of each row."""
        self.ensure_setup()
        columns = [values, *others]
        self.require_columns(len(columns))
        with telling_refusals(f"{self.called} was fitted on other numbers"):
            rows = self.estimator.transform(self.matrix(columns))
        if rows.shape[1] == 1 and len(columns) == 1 and holds_numbers(values):
            numbers: list[Any] = rows[:, 0].tolist()
            return numbers
        return list(rows)

    def matrix(self, columns: Sequence[Sequence[Any]]) -> Any:
        """What the estimator is given for the columns: ``(n, d)``."""
        return as_matrix(columns)
