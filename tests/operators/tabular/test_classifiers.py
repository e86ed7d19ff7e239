"""Classifiers say what scikit-learn's say."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import pytest
from sklearn.datasets import load_iris
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

from towhee import dc, ops
from towhee.errors import DataError, MissingExtraError, OperatorError, UnknownNameError, UsageError

FEATURES, PLACES = load_iris(return_X_y=True)
LABELS = np.array(["setosa", "versicolor", "virginica"])[PLACES]
ROWS = list(zip(FEATURES, LABELS.tolist(), strict=True))
TRAIN, TEST = ROWS[::2], ROWS[1::2]
CLASSIFIERS: dict[str, tuple[Any, dict[str, Any]]] = {
    "logistic_regression": (LogisticRegression, {"C": 0.5, "max_iter": 500}),
    "random_forest": (RandomForestClassifier, {"n_estimators": 10, "random_state": 3}),
    "decision_tree": (
        DecisionTreeClassifier,
        {"max_depth": 3, "splitter": "random", "random_state": 3},
    ),
    "svc": (SVC, {"C": 0.8, "kernel": "poly", "degree": 2}),
}


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_the_labels_are_those_of_scikit_learn(name: str) -> None:
    kind, arguments = CLASSIFIERS[name]
    rows = dc["x", "y"](TRAIN).set_training()
    train = getattr(rows, name)[("x", "y"), "said"](name="iris", **arguments)
    test = dc["x", "y"](TEST).set_evaluating(train.get_state())
    made = getattr(test, name)[("x", "y"), "said"](name="iris").to_list()
    reference = kind(**arguments).fit(FEATURES[::2], LABELS[::2])
    assert [row.said for row in made] == reference.predict(FEATURES[1::2]).tolist()
    assert [row.said for row in train] == reference.predict(FEATURES[::2]).tolist()
    assert np.mean([row.said == row.y for row in made]) > 0.9


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_the_labels_may_be_left_out_when_it_is_applied(name: str) -> None:
    train = getattr(dc["x", "y"](TRAIN).set_training(), name)[("x", "y"), "said"]()
    with_labels = dc["x", "y"](TEST).set_evaluating(train.get_state())
    without = dc["x"]([x for x, _ in TEST]).set_evaluating(train.get_state())
    made = getattr(without, name)["x", "said"]().select["said"]().as_raw().to_list()
    expected = getattr(with_labels, name)[("x", "y"), "said"]().select["said"]().as_raw().to_list()
    assert made == expected


@pytest.mark.parametrize("labels", [["no", "yes"], [0, 1], [False, True], list(np.arange(2))])
def test_labels_come_back_as_they_are(labels: list[Any]) -> None:
    rows = [(0.0, labels[0]), (0.1, labels[0]), (5.0, labels[1]), (5.1, labels[1])]
    made = dc["x", "y"](rows).set_training().decision_tree[("x", "y"), "said"]()
    assert [row.said for row in made] == [y for _, y in rows]


def test_several_columns_of_features_are_put_side_by_side() -> None:
    rows = [(x[0], x[1:], y) for x, y in TRAIN]
    apart = dc["a", "b", "y"](rows).set_training().svc[("a", "b", "y"), "said"]()
    whole = dc["x", "y"](TRAIN).set_training().svc[("x", "y"), "said"]()
    assert [row.said for row in apart] == [row.said for row in whole]


def test_a_forest_is_the_same_each_time() -> None:
    forests = [
        dc["x", "y"](TRAIN).set_training().random_forest[("x", "y"), "said"](name="forest")
        for _ in range(2)
    ]
    one, other = (state.fitted["forest"] for forest in forests if (state := forest.get_state()))
    chances = [found.estimator.predict_proba(FEATURES) for found in (one, other)]
    assert np.array_equal(*chances)


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ([(1.0, "a"), (2.0, "a")], "all 2 rows have the label 'a'"),
        ([(1.0, "a"), (2.0, None)], "row 1: a label is a text, a whole number or a boolean"),
        ([(1.0, 0.5), (2.0, 1.5)], r"row 0: a label is a text, .* not 0\.5"),
        ([(1.0, "a"), (2.0, 1)], "labels are all texts or all numbers"),
        ([(1.0, "a"), (np.nan, "b")], "row 1: nan is not finite"),
        ([([1.0], "a"), ([1.0, 2.0], "b")], "row 0 has 1 numbers and row 1 has 2"),
    ],
)
@pytest.mark.parametrize("name", CLASSIFIERS)
def test_rows_that_nothing_can_be_learned_from_are_refused(
    name: str, rows: list[Any], why: str
) -> None:
    with pytest.raises(DataError, match=why):
        getattr(dc["x", "y"](rows).set_training(), name)[("x", "y"), "said"]()


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_features_of_another_length_than_those_learned_are_refused(name: str) -> None:
    train = getattr(dc["x", "y"](TRAIN).set_training(), name)[("x", "y"), "said"]()
    test = dc["x"]([[1.0, 2.0]]).set_evaluating(train.get_state())
    with pytest.raises(OperatorError, match=f"{name} was fitted on other features"):
        getattr(test, name)["x", "said"]().to_list()


def test_labels_have_to_be_named() -> None:
    with pytest.raises(UsageError, match="svc learns from features and labels: name their columns"):
        dc["x", "y"](TRAIN).set_training().svc["x", "said"]()


def test_another_number_of_columns_is_refused() -> None:
    train = dc["x", "y"](TRAIN).set_training().svc[("x", "y"), "said"]()
    test = dc["x", "y"](TEST).set_evaluating(train.get_state())
    with pytest.raises(OperatorError, match="svc learned from 1 columns and was given 3"):
        test.svc[("x", "x", "y"), "said"]().to_list()


def test_a_parameter_that_scikit_learn_does_not_know_is_answered_with_the_closest() -> None:
    with pytest.raises(UnknownNameError, match="argument of svc is called 'kernal'; did you mean"):
        dc["x", "y"](TRAIN).set_training().svc[("x", "y"), "said"](kernal="rbf")


def test_a_parameter_that_means_nothing_is_told_in_the_words_of_scikit_learn() -> None:
    with pytest.raises(UsageError, match="scikit-learn refuses: The 'C' parameter of SVC"):
        dc["x", "y"](TRAIN).set_training().svc[("x", "y"), "said"](C=-1.0)


def test_without_scikit_learn_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sklearn.svm", None)
    with pytest.raises(MissingExtraError, match=r'svc needs .* pip install "towhee\[sklearn\]"'):
        dc["x", "y"](TRAIN).set_training().svc[("x", "y"), "said"]()


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_it_says_what_to_do_before_it_was_fitted(name: str) -> None:
    with pytest.raises(UsageError, match=f"{name} was not fitted: call set_training"):
        getattr(ops, name)()([1.0])
