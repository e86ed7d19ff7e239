"""A training that goes wrong is noticed and explained; one that goes well is left in peace."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cifar_features import cifar_features
from towhee.trainer import metrics
from towhee.trainer.diagnosis import (
    Watched,
    class_collapse,
    diagnose,
    divergence,
    embedding_collapse,
    no_gain,
    not_finite,
    not_learning,
    overfitting,
    random_labels,
)

ACCURACY = Watched("accuracy", chance=0.1, samples=1000)


def rows(**columns: list[Any]) -> list[dict[str, Any]]:
    """A history of columns."""
    count = len(next(iter(columns.values())))
    named = {name.replace("measure", "accuracy"): values for name, values in columns.items()}
    return [
        {"epoch": row + 1, **{name: values[row] for name, values in named.items()}}
        for row in range(count)
    ]


def trained(
    data: Path, *, lr: float, epochs: int = 12, train: int = 300, labels: str = "true"
) -> tuple[list[dict[str, Any]], Mapping[str, Any]]:
    """A real training: softmax regression on CIFAR vectors by mini-batches, in NumPy."""
    features, true = cifar_features(data, 1200)
    features = (features - features.mean(axis=0)) / features.std(axis=0)
    random = np.random.default_rng(0)
    known = true[:train].copy()
    if labels == "shuffled":
        known = random.permutation(known)
    elif labels == "noisy":
        wrong = random.random(train) < 0.4
        known[wrong] = random.integers(0, 10, wrong.sum())
    weights, history = np.zeros((features.shape[1], 10)), []
    logits = np.zeros((1, 10))
    for epoch in range(1, epochs + 1):
        for batch in np.array_split(random.permutation(train), max(1, train // 30)):
            logits = features[batch] @ weights
            shares = np.exp(logits - logits.max(axis=1, keepdims=True))
            shares /= shares.sum(axis=1, keepdims=True)
            shares[np.arange(len(batch)), known[batch]] -= 1
            weights -= lr * features[batch].T @ shares / len(batch)
        logits = features[train:] @ weights
        history.append(
            {
                "epoch": epoch,
                "lr": lr,
                "loss": metrics.cross_entropy(features[:train] @ weights, known),
                "eval_loss": metrics.cross_entropy(logits, true[train:]),
                "accuracy": metrics.accuracy(logits, true[train:]),
            }
        )
    last = {"predictions": logits, "labels": true[train:], "embeddings": features[train:]}
    return history, last


def kinds(data: Path, **options: Any) -> list[str]:
    history, last = trained(data, **options)
    watched = Watched("accuracy", metrics.majority_share(last["labels"]), len(last["labels"]))
    return [finding.kind for finding in diagnose(history, watched=watched, classes=10, **last)]


def test_a_real_training_that_goes_well_has_no_finding(shared_data: Path) -> None:
    assert kinds(shared_data, lr=0.003) == []


def test_a_real_training_with_a_tiny_rate_does_not_learn(shared_data: Path) -> None:
    history, last = trained(shared_data, lr=1e-7)
    assert history[-1]["loss"] == pytest.approx(math.log(10), rel=0.03)
    found = not_learning(history, 10)
    assert found is not None
    assert "ln(10) = 2.303" in found.message
    assert "Raise lr" in found.message
    assert last["labels"].size == 900


def test_a_real_training_with_a_huge_rate_diverges(shared_data: Path) -> None:
    found = divergence(trained(shared_data, lr=300.0, epochs=5)[0], 10)
    assert found is not None
    assert "above that of guessing, ln(10) = 2.303" in found.message
    assert "lr=30 in place of 3e+02" in found.message


def test_a_rate_that_is_raised_on_the_way_makes_the_loss_rise(shared_data: Path) -> None:
    calm, wild = (trained(shared_data, lr=lr, epochs=3)[0] for lr in (0.003, 10.0))
    found = divergence([*calm, *wild[:1]])
    assert found is not None
    assert "The training loss rises" in found.message


def test_real_labels_that_were_shuffled_look_random(shared_data: Path) -> None:
    assert "random_labels" in kinds(shared_data, lr=0.01, epochs=30, labels="shuffled")


def test_a_real_training_on_few_noisy_labels_overfits(shared_data: Path) -> None:
    found = kinds(shared_data, lr=0.05, epochs=40, train=120, labels="noisy")
    assert found == ["overfitting"]


@pytest.mark.parametrize("value", [math.nan, math.inf])
@pytest.mark.parametrize("key", ["loss", "train_loss", "eval_loss"])
def test_a_loss_that_is_no_number_is_the_only_finding(value: float, key: str) -> None:
    history = [{"epoch": 1, "lr": 0.01, key: 2.0}, {"epoch": 2, "lr": 0.01, key: value}]
    found = diagnose(history, watched=ACCURACY, classes=10, baseline=0.5)
    assert [finding.kind for finding in found] == ["not_finite"]
    assert "in epoch 2" in str(found[0])
    assert "lr=0.001 in place of 0.01" in str(found[0])


def test_without_a_rate_the_remedy_is_said_in_words() -> None:
    found = not_finite([{"loss": math.nan}])
    assert found is not None
    assert "in row 1" in found.message
    assert "a tenth of the lr" in found.message


def test_rows_without_losses_or_with_none_are_passed_over() -> None:
    history = [{"epoch": 1}, {"epoch": 2, "loss": None}, {"epoch": 3, "accuracy": 0.5}]
    assert diagnose(history, watched=ACCURACY, classes=10) == []
    assert diagnose([]) == []


@pytest.mark.parametrize(
    "losses",
    [
        [2.3, 1.5, 1.0, 0.8],
        [2.3, 1.5, 1.6, 1.55],  # noise
        [2.3, 0.9, 0.5, 0.8, 0.4, 0.6],  # more noise
        [2.3, 0.1, 0.001, 0.004],  # four times, of nearly nothing
        [0.5, 0.4, 0.3, 0.25, 3.0, 0.24, 0.23, 0.22],  # one bad row that is over
        [2.3],
        [],
    ],
)
def test_a_loss_that_falls_or_wavers_does_not_diverge(losses: list[float]) -> None:
    assert divergence(rows(loss=losses)) is None if losses else divergence([]) is None


@pytest.mark.parametrize(
    "losses", [[2.3, 4.9], [2.3, 1.1, 0.9, 4.0], [2.3, 1.5, 1.2, 1.4, 1.9, 2.4, 3.1, 4.0]]
)
def test_a_loss_that_rises_and_stays_there_diverges(losses: list[float]) -> None:
    found = divergence(rows(loss=losses))
    assert found is not None
    assert f"is {losses[-1]:.4g} in epoch {len(losses)}" in found.message


def test_a_flat_loss_whose_measure_is_good_is_learned_already() -> None:
    flat = rows(loss=[0.2, 0.2, 0.199], measure=[0.93, 0.93, 0.93])
    assert not_learning(flat, 10, ACCURACY) is None


def test_a_flat_loss_at_chance_is_not_learning_whatever_the_loss_is() -> None:
    flat = rows(loss=[0.1, 0.1, 0.1], measure=[0.1, 0.11, 0.1])  # a triplet loss at its margin
    found = not_learning(flat, None, ACCURACY)
    assert found is not None
    assert "it does not fall" in found.message
    assert "accuracy is 0.1, no more than chance (0.1)" in found.message


def test_few_samples_are_given_more_luck() -> None:
    few, many = Watched("accuracy", 0.1, samples=50), Watched("accuracy", 0.1, samples=5000)
    assert few.is_at_chance(0.18)
    assert not many.is_at_chance(0.18)
    assert not few.is_at_chance(0.3)


def test_an_evaluation_loss_that_rises_while_the_measure_gains_is_not_overfitting() -> None:
    course = {"loss": [1.5, 1.0, 0.5, 0.2], "eval_loss": [1.2, 1.0, 1.1, 1.3]}
    assert overfitting(rows(**course, measure=[0.5, 0.6, 0.65, 0.7]), ACCURACY) is None
    found = overfitting(rows(**course, measure=[0.5, 0.6, 0.6, 0.58]), ACCURACY)
    assert found is not None
    assert "since epoch 2 the evaluation loss went from 1 to 1.3 in epoch 4" in found.message


def test_without_an_evaluation_loss_a_falling_measure_is_overfitting() -> None:
    losses = [1.5, 1.0, 0.5, 0.2]
    found = overfitting(rows(loss=losses, measure=[0.5, 0.7, 0.65, 0.55]), ACCURACY)
    assert found is not None
    assert "accuracy went from 0.7 to 0.55" in found.message
    assert overfitting(rows(loss=losses, measure=[0.5, 0.7, 0.69, 0.68]), ACCURACY) is None
    assert overfitting(rows(loss=losses, measure=[None] * 4), ACCURACY) is None


def test_both_losses_that_rise_are_not_overfitting() -> None:
    assert overfitting(rows(loss=[1.0, 1.5, 2.0, 3.0], eval_loss=[1.0, 1.5, 2.0, 3.0])) is None


def test_a_model_that_names_one_class_has_collapsed() -> None:
    labels = np.arange(100) % 10
    found = class_collapse(np.full(100, 3), labels)
    assert found is not None
    assert "100% of the predictions are class 3, which is 10% of the samples" in found.message


def test_one_class_alone_is_right_where_it_is_what_there_is() -> None:
    labels = np.where(np.arange(100) < 97, 3, 1)
    assert class_collapse(np.full(100, 3), labels) is None
    assert class_collapse(np.arange(100) % 10, np.arange(100) % 10) is None


def test_embeddings_that_point_one_way_have_collapsed(shared_data: Path) -> None:
    random = np.random.default_rng(0)
    one_way = random.normal(size=16) + 1e-3 * random.normal(size=(50, 16))
    assert embedding_collapse(one_way * random.uniform(1, 9, (50, 1))) is not None
    assert embedding_collapse(np.zeros((50, 16))) is not None
    assert embedding_collapse(cifar_features(shared_data, 1200)[0]) is None
    # Rectified and pooled, as those of convolutional networks: a mean far from 0 is no collapse.
    assert embedding_collapse(1 + 0.2 * random.random((50, 16))) is None


def test_labels_that_are_learned_are_not_random() -> None:
    losses = [2.3, 1.0, 0.4]
    assert random_labels(rows(loss=losses, measure=[0.3, 0.5, 0.6]), ACCURACY) is None
    assert random_labels(rows(loss=losses, measure=[0.1, 0.11, 0.09]), ACCURACY) is not None
    assert random_labels(rows(loss=[2.3, 2.29, 2.28], measure=[0.1] * 3), ACCURACY) is None


def test_a_training_that_did_not_help_is_said_plainly() -> None:
    assert no_gain("accuracy", 0.8, 0.81) is None
    found = no_gain("accuracy", 0.8, 0.8)
    assert found is not None
    assert "accuracy is 0.8, and was 0.8 before" in found.message
    assert no_gain("cross_entropy", 0.8, 0.7, larger_is_better=False) is None
    assert no_gain("cross_entropy", 0.8, 0.9, larger_is_better=False) is not None


def test_diagnose_compares_the_best_row_with_the_baseline() -> None:
    history = rows(loss=[1.0, 0.9, 0.8], measure=[0.6, 0.72, 0.7])
    assert diagnose(history, watched=ACCURACY, baseline=0.7) == []
    found = diagnose(history, watched=ACCURACY, baseline=0.75)
    assert [finding.kind for finding in found] == ["no_gain"]
