"""The base of the operators that learn labels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from towhee.errors import DataError, UsageError
from towhee.operators.base import short
from towhee.operators.tabular.estimator_operator import EstimatorOperator
from towhee.operators.tabular.features import as_matrix
from towhee.operators.tabular.scikit_learn import telling_refusals


class Classifier(EstimatorOperator):
    """Learns which label goes with which features, and gives the label of new ones.

    The inputs are columns of numbers or vectors, and behind them, when it learns, one of labels:
    texts, whole numbers or booleans. When it is applied, a column of labels may be there or not;
    it is not looked at.
    """

    # Any: a column holds numbers, vectors or labels.
    def fit(self, *columns: Sequence[Any]) -> None:
        """Learn from columns of features and, as the last, one of labels."""
        if len(columns) < 2:
            raise UsageError(
                f"{self.called} learns from features and labels: name their columns, the labels "
                f'last, as in {self.called}[("features", "label"), "predicted"](…)'
            )
        features, labels = as_matrix(columns[:-1]), _labels(columns[-1])
        estimator = self.new_estimator()
        with telling_refusals("scikit-learn refuses"):
            estimator.fit(features, labels)
        self.learned(estimator, len(columns) - 1)

    def batch(self, values: Sequence[Any], *others: Sequence[Any]) -> list[Any]:
        """The label of each row, of the type that it learned."""
        self.ensure_setup()
        columns = [values, *others]
        if len(columns) == self._columns + 1:
            columns = columns[:-1]
        self.require_columns(len(columns))
        with telling_refusals(f"{self.called} was fitted on other features"):
            predicted = self.estimator.predict(as_matrix(columns))
        found: list[Any] = predicted.tolist()
        return found


def _labels(column: Sequence[Any]) -> npt.NDArray[Any]:
    """The labels of all rows, of which there are at least two kinds."""
    for place, label in enumerate(column):
        if not isinstance(label, (str, int, np.integer, np.bool_)):
            raise DataError(
                f"row {place}: a label is a text, a whole number or a boolean, not {short(label)}"
            )
    kinds = {isinstance(label, str) for label in column}
    if len(kinds) > 1:
        raise DataError("labels are all texts or all numbers, not some of each")
    labels = np.array(column)
    if len(set(labels.tolist())) < 2:
        raise DataError(
            f"all {len(labels)} rows have the label {short(labels.tolist()[0])}, so there is "
            "nothing to tell apart"
        )
    return labels
