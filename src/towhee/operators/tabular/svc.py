"""``svc``: labels by the side of a boundary with the widest margin."""

from __future__ import annotations

from typing import Any

from towhee.operators.tabular.classifier import Classifier


class Svc(Classifier):
    """Tell labels apart by boundaries that keep away from all rows as far as they can.

    It learns from the rows of a collection after ``set_training()``: columns of numbers or
    vectors and, as the last, one of labels. Where it is applied, the labels may be left out.

    Args:
        name: by which a state knows it.
        C: the inverse of the strength of regularisation, above 0.
        kernel: what likeness is: ``"rbf"``, ``"linear"``, ``"poly"`` or ``"sigmoid"``.
        random_state: where chance begins; the same gives the same each time.
        parameters: the others of ``sklearn.svm.SVC``.

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
        >>> learned = rows.set_training().svc[("size", "label"), "said"]()
        >>> [row.said for row in learned]
        ['wren', 'wren', 'owl', 'owl']

    Source:
        ``sklearn.svm.SVC``
    """

    called = "svc"
    estimator_name = "svm:SVC"

    # Any: each parameter has its own type.
    def __init__(
        self,
        name: str | None = None,
        *,
        C: float = 1.0,  # noqa: N803 (scikit-learn's name)
        kernel: str = "rbf",
        random_state: int | None = 0,
        **parameters: Any,
    ) -> None:
        super().__init__(name, C=C, kernel=kernel, random_state=random_state, **parameters)
