"""An estimator whose parts do not fit together is not read."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.datasets import load_iris
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

from towhee.errors import DataError
from towhee.operators.tabular.soundness import require_sound

FEATURES, LABELS = load_iris(return_X_y=True)
FITTED: list[Any] = [
    kind.fit(FEATURES, LABELS)
    for kind in (
        DecisionTreeClassifier(),
        DecisionTreeClassifier(max_leaf_nodes=4),
        RandomForestClassifier(5),
        SVC(),
        SVC(decision_function_shape="ovo"),
        LogisticRegression(max_iter=500),
    )
]


@pytest.mark.parametrize("estimator", FITTED, ids=str)
def test_every_estimator_that_was_fitted_is_sound(estimator: Any) -> None:
    require_sound(estimator)


@pytest.mark.parametrize(
    ("part", "value"),
    [("left_child", 10**6), ("right_child", 0), ("left_child", -7), ("feature", 4)],
)
def test_a_tree_that_points_elsewhere_is_refused(part: str, value: int) -> None:
    tree = DecisionTreeClassifier().fit(FEATURES, LABELS)
    state = tree.tree_.__getstate__()
    state["nodes"] = state["nodes"].copy()
    state["nodes"][part][0] = value
    tree.tree_.__setstate__(state)
    with pytest.raises(DataError, match="the parts of the DecisionTreeClassifier do not fit"):
        require_sound(tree)


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("support_vectors_", np.zeros((2, 4))),
        ("dual_coef_", np.zeros((2, 3))),
        ("_n_support", np.array([10**6, 1, 1], np.int32)),
        ("support_", np.zeros(1, np.int32)),
    ],
)
def test_support_vectors_that_are_not_all_there_are_refused(part: str, value: Any) -> None:
    machine = SVC().fit(FEATURES, LABELS)
    setattr(machine, part, value)
    with pytest.raises(DataError, match="the parts of the SVC do not fit together"):
        require_sound(machine)
