"""The base of the operators that an estimator of scikit-learn stands behind."""

from __future__ import annotations

from typing import Any, ClassVar

from towhee.errors import UsageError
from towhee.operators.learning_operator import LearningOperator
from towhee.operators.tabular.scikit_learn import (
    dump_estimator,
    load_estimator,
    make_estimator,
)


class EstimatorOperator(LearningOperator[Any, Any]):
    """An operator that learns as an estimator of scikit-learn does.

    Class attributes:
        estimator_name: module and class of the estimator, ``"svm:SVC"``.

    Args:
        name: by which a state knows it.
        parameters: those of the estimator's class.
    """

    placement = "model"
    extra = "sklearn"
    estimator_name: ClassVar[str]

    def __init__(self, name: str | None = None, **parameters: Any) -> None:
        super().__init__(name)
        self._parameters = parameters
        self._estimator: Any = None
        self._columns = 0

    @property
    def is_ready(self) -> bool:
        """Whether it was fitted."""
        return self._estimator is not None

    @property
    def estimator(self) -> Any:
        """The fitted estimator of scikit-learn.

        Raises:
            UsageError: if it was not fitted.
        """
        self.ensure_setup()
        return self._estimator

    def new_estimator(self) -> Any:
        """An estimator that has learned nothing yet."""
        return make_estimator(self.estimator_name, self._parameters, self.called)

    def learned(self, estimator: Any, columns: int) -> None:
        """Keep a fitted estimator, and how many columns it learned from."""
        self._estimator, self._columns = estimator, columns

    def require_columns(self, given: int) -> None:
        """Raise ``UsageError`` unless there are as many columns as it learned from."""
        if given != self._columns:
            raise UsageError(
                f"{self.called} learned from {self._columns} columns and was given {given}"
            )

    def __call__(self, *values: Any) -> Any:
        """The result for one row."""
        self.ensure_setup()
        return self.batch(*([value] for value in values))[0]

    def dumped(self) -> bytes:
        """The fitted estimator, as skops writes it."""
        return dump_estimator(self.estimator, columns=self._columns)

    def restore(self, data: bytes) -> None:
        """Learn what ``dumped`` gave."""
        estimator, beside = load_estimator(data, self.estimator_name, self.called)
        self.learned(estimator, int(beside.get("columns", 1)))
