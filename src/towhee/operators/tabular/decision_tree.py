"""``decision_tree``: labels by a series of questions."""

from __future__ import annotations

from typing import Any

from towhee.operators.tabular.classifier import Classifier


class DecisionTree(Classifier):
    """Tell labels apart by questions about one feature after the other.

    It learns from the rows of a collection after ``set_training()``: columns of numbers or
    vectors and, as the last, one of labels. Where it is applied, the labels may be left out.

    Args:
        name: by which a state knows it.
        max_depth: how many questions it asks at most; as many as it needs if not given.
        random_state: where chance begins; the same gives the same each time.
        parameters: the others of ``sklearn.tree.DecisionTreeClassifier``.

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
        >>> learned = rows.set_training().decision_tree[("size", "label"), "said"]()
        >>> [row.said for row in learned]
        ['wren', 'wren', 'owl', 'owl']

    Source:
        ``sklearn.tree.DecisionTreeClassifier``
    """

    called = "decision_tree"
    estimator_name = "tree:DecisionTreeClassifier"

    # Any: each parameter has its own type.
    def __init__(
        self,
        name: str | None = None,
        *,
        max_depth: int | None = None,
        random_state: int | None = 0,
        **parameters: Any,
    ) -> None:
        super().__init__(name, max_depth=max_depth, random_state=random_state, **parameters)
