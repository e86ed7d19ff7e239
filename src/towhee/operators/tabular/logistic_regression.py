"""``logistic_regression``: labels by a weighted sum of the features."""

from __future__ import annotations

from typing import Any

from towhee.operators.tabular.classifier import Classifier


class LogisticRegression(Classifier):
    """Tell labels apart by weighted sums of the features.

    It learns from the rows of a collection after ``set_training()``: columns of numbers or
    vectors and, as the last, one of labels. Where it is applied, the labels may be left out.

    Args:
        name: by which a state knows it.
        C: the inverse of the strength of regularisation, above 0.
        max_iter: how many steps learning takes at most.
        parameters: the others of ``sklearn.linear_model.LogisticRegression``.

    Returns:
        The label of each row, of the type that it learned.

    Raises:
        UnknownNameError: for a parameter that there is not.
        UsageError: for a parameter's value that means nothing.
        DataError: for what is no finite number or vector, or has another number of them than the
            rows that it learned from; for labels that are all the same.

    Example:
        >>> from towhee import dc
        >>> rows = dc["size", "label"]([(1.0, "wren"), (2.0, "wren"), (8.0, "owl"), (9.0, "owl")])
        >>> learned = rows.set_training().logistic_regression[("size", "label"), "said"]()
        >>> [row.said for row in learned]
        ['wren', 'wren', 'owl', 'owl']

    Source:
        ``sklearn.linear_model.LogisticRegression``
    """

    called = "logistic_regression"
    estimator_name = "linear_model:LogisticRegression"

    # Any: each parameter has its own type.
    def __init__(
        self,
        name: str | None = None,
        *,
        C: float = 1.0,  # noqa: N803 (scikit-learn's name)
        max_iter: int = 100,
        **parameters: Any,
    ) -> None:
        super().__init__(name, C=C, max_iter=max_iter, **parameters)
