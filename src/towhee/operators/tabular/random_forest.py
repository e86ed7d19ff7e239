"""``random_forest``: labels by the vote of many trees."""

from __future__ import annotations

from typing import Any

from towhee.operators.tabular.classifier import Classifier


class RandomForest(Classifier):
    """Tell labels apart by many decision trees, each grown on other rows and features.

    It learns from the rows of a collection after ``set_training()``: columns of numbers or
    vectors and, as the last, one of labels. Where it is applied, the labels may be left out.

    Args:
        name: by which a state knows it.
        n_estimators: how many trees.
        max_depth: how many questions a tree asks at most; as many as it needs if not given.
        random_state: where chance begins; the same gives the same each time.
        parameters: the others of ``sklearn.ensemble.RandomForestClassifier``.

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
        >>> learned = rows.set_training().random_forest[("size", "label"), "said"]()
        >>> [row.said for row in learned]
        ['wren', 'wren', 'owl', 'owl']

    Source:
        ``sklearn.ensemble.RandomForestClassifier``
    """

    called = "random_forest"
    estimator_name = "ensemble:RandomForestClassifier"

    # Any: each parameter has its own type.
    def __init__(
        self,
        name: str | None = None,
        *,
        n_estimators: int = 100,
        max_depth: int | None = None,
        random_state: int | None = 0,
        **parameters: Any,
    ) -> None:
        super().__init__(
            name,
            n_estimators=n_estimators,
            max_depth=max_depth,
            random_state=random_state,
            **parameters,
        )
