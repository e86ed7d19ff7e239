"""The measures are those of scikit-learn, scipy and pytorch-metric-learning."""

from __future__ import annotations

import tracemalloc
import warnings
from typing import Any

import numpy as np
import pytest
import sklearn.metrics
import sklearn.neighbors
from hypothesis import given, settings
from hypothesis import strategies as st
from pytorch_metric_learning.utils.accuracy_calculator import AccuracyCalculator
from scipy import stats

from towhee.errors import DataError, UnknownNameError, UsageError
from towhee.trainer import metrics

SEEDS = st.integers(0, 2**32 - 1)
EMBEDDING_MEASURES = ("knn", "recall@1", "recall@5", "map@r", "r_precision", "nmi")


def clustered(
    seed: int, rows: int = 120, classes: int = 6, noise: float = 0.9
) -> tuple[np.ndarray, np.ndarray]:
    """Embeddings about the centres of classes of unequal size, each class of two at least."""
    random = np.random.default_rng(seed)
    labels = np.concatenate([np.repeat(np.arange(classes), 2), random.integers(0, classes, rows)])
    centres = random.normal(size=(classes, 8))
    vectors = centres[labels] + noise * random.normal(size=(len(labels), 8))
    order = random.permutation(len(labels))
    return vectors[order].astype(np.float32), labels[order]


def theirs(
    embeddings: np.ndarray,
    labels: np.ndarray,
    gallery: tuple[np.ndarray, np.ndarray] | None = None,
) -> dict[str, float]:
    """What pytorch-metric-learning measures; it compares by L2, so of vectors of length 1."""
    import torch

    def unit(vectors: np.ndarray) -> Any:
        return torch.from_numpy(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))

    include = ("precision_at_1", "r_precision", "mean_average_precision_at_r")
    calculator = AccuracyCalculator(include=include, device=torch.device("cpu"))
    if gallery is None:
        return calculator.get_accuracy(unit(embeddings), torch.from_numpy(labels))
    return calculator.get_accuracy(
        unit(embeddings), torch.from_numpy(labels), unit(gallery[0]), torch.from_numpy(gallery[1])
    )


@settings(deadline=None)  # on a machine that others use
@given(SEEDS)
def test_accuracy_f1_and_confusion_are_those_of_scikit_learn(seed: int) -> None:
    random = np.random.default_rng(seed)
    classes = int(random.integers(2, 9))
    true, named = random.integers(0, classes, (2, 60))
    assert metrics.accuracy(named, true) == pytest.approx(
        sklearn.metrics.accuracy_score(true, named)
    )
    for average in ("macro", "micro", "weighted"):
        assert metrics.f1(named, true, average) == pytest.approx(  # type: ignore[arg-type]
            sklearn.metrics.f1_score(true, named, average=average, zero_division=0)
        )
    counts = metrics.confusion_matrix(named, true, classes)
    assert np.array_equal(
        counts, sklearn.metrics.confusion_matrix(true, named, labels=range(classes))
    )
    assert metrics.f1_by_class(counts) == pytest.approx(
        sklearn.metrics.f1_score(true, named, labels=range(classes), average=None, zero_division=0)
    )


@settings(deadline=None)  # on a machine that others use
@given(SEEDS)
def test_cross_entropy_is_the_log_loss_of_the_softmax(seed: int) -> None:
    random = np.random.default_rng(seed)
    logits, true = random.normal(scale=3, size=(40, 5)), random.integers(0, 5, 40)
    scaled = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    assert metrics.cross_entropy(logits, true) == pytest.approx(
        sklearn.metrics.log_loss(true, scaled, labels=range(5))
    )


def test_cross_entropy_of_large_logits_does_not_overflow() -> None:
    assert metrics.cross_entropy([[1e4, -1e4]], [1]) == pytest.approx(2e4)


@pytest.mark.parametrize("seed", range(5))
def test_retrieval_is_that_of_pytorch_metric_learning(seed: int) -> None:
    embeddings, labels = clustered(seed)
    expected = theirs(embeddings, labels)
    assert metrics.recall_at_k(embeddings, labels) == pytest.approx(expected["precision_at_1"])
    assert metrics.r_precision(embeddings, labels) == pytest.approx(expected["r_precision"])
    assert metrics.map_at_r(embeddings, labels) == pytest.approx(
        expected["mean_average_precision_at_r"]
    )
    assert 0.2 < expected["mean_average_precision_at_r"] < 0.9  # neither is trivially right


@pytest.mark.parametrize("seed", range(5))
def test_retrieval_in_a_gallery_is_that_of_pytorch_metric_learning(seed: int) -> None:
    embeddings, labels = clustered(seed)
    queries, gallery = (embeddings[:40], labels[:40]), (embeddings[40:], labels[40:])
    expected = theirs(*queries, gallery)
    assert metrics.recall_at_k(*queries, 1, gallery) == pytest.approx(expected["precision_at_1"])
    assert metrics.r_precision(*queries, gallery) == pytest.approx(expected["r_precision"])
    assert metrics.map_at_r(*queries, gallery) == pytest.approx(
        expected["mean_average_precision_at_r"]
    )


def test_a_sample_alone_in_its_class_is_left_out_as_by_pytorch_metric_learning() -> None:
    embeddings, labels = clustered(3)
    labels[7] = 99
    expected = theirs(embeddings, labels)
    assert metrics.map_at_r(embeddings, labels) == pytest.approx(
        expected["mean_average_precision_at_r"]
    )
    assert metrics.recall_at_k(embeddings, labels) == pytest.approx(expected["precision_at_1"])


def test_map_at_r_of_the_papers_kind_of_example_by_hand() -> None:
    """The query's class has R = 3 others; its nearest 3 are right, wrong, right."""
    angles = np.radians([0, 5, 10, 15, 120])
    gallery = np.stack([np.cos(angles), np.sin(angles)], axis=1)[1:]
    labels = [0, 1, 0, 0]
    query = ([[1.0, 0.0]], [0])
    assert metrics.map_at_r(*query, (gallery, labels)) == pytest.approx((1 + 2 / 3) / 3)
    assert metrics.r_precision(*query, (gallery, labels)) == pytest.approx(2 / 3)
    assert metrics.recall_at_k([[1.0, 0.0]], [1], 1, (gallery, labels)) == 0
    assert metrics.recall_at_k([[1.0, 0.0]], [1], 2, (gallery, labels)) == 1


@pytest.mark.parametrize("weighted", [False, True])
def test_knn_is_that_of_scikit_learn_with_cosine(weighted: bool) -> None:
    embeddings, labels = clustered(11, rows=400)
    queries, gallery = embeddings[:150], (embeddings[150:], labels[150:])
    weights = (lambda distance: np.exp((1 - distance) / 0.07)) if weighted else "uniform"
    model = sklearn.neighbors.KNeighborsClassifier(5, metric="cosine", weights=weights)
    votes = model.fit(*gallery).predict_proba(queries)
    named = metrics.knn_predictions(queries, labels[:150], gallery, k=5, weighted=weighted)
    assert np.allclose(votes[np.arange(150), named], votes.max(axis=1))  # one of those with most
    ordered = np.sort(votes, axis=1)
    is_clear = ordered[:, -1] - ordered[:, -2] > 1e-6
    assert is_clear.sum() > 100
    assert np.array_equal(named[is_clear], votes.argmax(axis=1)[is_clear])


def test_knn_without_a_gallery_leaves_each_sample_out() -> None:
    embeddings, labels = clustered(5, rows=80)
    one_by_one = [
        metrics.knn_predictions(
            embeddings[row : row + 1],
            labels[row : row + 1],
            (np.delete(embeddings, row, 0), np.delete(labels, row)),
            k=7,
        )[0]
        for row in range(len(labels))
    ]
    assert np.array_equal(metrics.knn_predictions(embeddings, labels, k=7), one_by_one)


def test_of_equal_votes_the_class_of_the_nearest_counts() -> None:
    gallery = ([[1.0, 0.05], [1.0, 0.1], [1.0, 0.2], [1.0, 0.3]], [7, 2, 2, 7])
    assert metrics.knn_predictions([[1.0, 0.0]], [7], gallery, k=4).tolist() == [7]
    assert metrics.knn_predictions([[1.0, 0.0]], [7], gallery, k=3).tolist() == [2]


@settings(deadline=None)  # on a machine that others use
@given(SEEDS)
def test_mutual_information_is_that_of_scikit_learn(seed: int) -> None:
    random = np.random.default_rng(seed)
    first = random.integers(0, random.integers(1, 6), 50)
    second = np.where(random.random(50) < 0.5, first, random.integers(0, 4, 50))
    assert metrics.normalised_mutual_information(first, second) == pytest.approx(
        sklearn.metrics.normalized_mutual_info_score(first, second), abs=1e-12
    )


@settings(deadline=None)  # on a machine that others use
@given(SEEDS)
def test_spearman_is_that_of_scipy_with_equal_values(seed: int) -> None:
    random = np.random.default_rng(seed)
    first = random.integers(0, 9, 30).astype(float)
    second = first + random.integers(-4, 5, 30)
    assert metrics.spearman(first, second) == pytest.approx(stats.spearmanr(first, second)[0])


def test_scores_that_are_all_equal_have_no_order() -> None:
    assert metrics.spearman([1.0, 1.0, 1.0], [1, 2, 3]) == 0.0


@settings(deadline=None, max_examples=25)
@given(SEEDS)
def test_no_measure_of_embeddings_depends_on_the_order_of_samples(seed: int) -> None:
    embeddings, labels = clustered(seed, rows=60)
    order = np.random.default_rng(seed).permutation(len(labels))
    for name in EMBEDDING_MEASURES:
        if name != "nmi":  # k-means draws its first centres by position
            measure = metrics.metric_named(name)
            assert measure(embeddings[order], labels[order]) == pytest.approx(
                measure(embeddings, labels)
            )


@settings(deadline=None, max_examples=25)
@given(SEEDS)
def test_measures_of_embeddings_lie_between_0_and_1_whatever_the_classes_are_called(
    seed: int,
) -> None:
    embeddings, labels = clustered(seed, rows=60)
    for name in EMBEDDING_MEASURES:
        value = metrics.metric_named(name)(embeddings, labels)
        assert 0 <= value <= 1
        assert metrics.metric_named(name)(embeddings, 1000 - 7 * labels) == pytest.approx(value)


@settings(deadline=None, max_examples=25)
@given(SEEDS)
def test_classes_that_lie_apart_are_perfect_in_every_measure(seed: int) -> None:
    labels = np.repeat(np.arange(4), 12)
    random = np.random.default_rng(seed)
    embeddings = np.eye(8)[labels] + 0.01 * random.normal(size=(48, 8))
    for name in EMBEDDING_MEASURES:
        assert metrics.metric_named(name)(embeddings, labels) == pytest.approx(1.0)


def test_samples_without_a_label_are_left_out_of_everything() -> None:
    embeddings, labels = clustered(2)
    extra = np.random.default_rng(0).normal(size=(30, 8)).astype(np.float32)
    more, with_none = np.concatenate([embeddings, extra]), np.append(labels, np.full(30, -1))
    for name in EMBEDDING_MEASURES:
        measure = metrics.metric_named(name)
        assert measure(more, with_none) == pytest.approx(measure(embeddings, labels)), name
    assert metrics.accuracy([0, 1, 1], [0, -1, 1]) == 1.0
    assert metrics.confusion_matrix([0, 1, 1], [0, -1, 1]).sum() == 2
    assert metrics.cross_entropy([[0.0, 0.0], [9.0, 0.0]], [0, -1]) == pytest.approx(np.log(2))


def test_collapsed_embeddings_are_measured_at_chance_and_not_refused() -> None:
    """A dead network gives zeros: the baseline's and the epochs' figures must still be there."""
    labels = np.arange(40) % 4
    embeddings = np.zeros((40, 8), np.float32)
    assert metrics.knn_accuracy(embeddings, labels) <= 0.5
    assert metrics.map_at_r(embeddings, labels) <= 0.5
    assert metrics.nmi(embeddings, labels) <= 0.2


def test_recalls_at_several_depths_are_each_recall_at_k_and_grow() -> None:
    embeddings, labels = clustered(1, noise=2.0)
    curve = metrics.recalls(embeddings, labels, (10, 1, 5, 10_000))
    assert list(curve) == [1, 5, 10, 10_000]
    assert curve == {k: metrics.recall_at_k(embeddings, labels, k) for k in curve}
    assert curve[1] < curve[5] < curve[10_000] == 1.0


def test_memory_stays_bounded_however_many_samples_there_are() -> None:
    random = np.random.default_rng(0)
    embeddings = random.normal(size=(12_000, 4)).astype(np.float32)
    labels = random.integers(0, 3000, 12_000)
    tracemalloc.start()
    metrics.knn_accuracy(embeddings, labels)
    metrics.map_at_r(embeddings, labels)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 200e6  # all products alone are 576 MB


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ("Accuracy", "accuracy"),
        ("accuracy", "accuracy"),
        ("ACC", "accuracy"),
        ("recall@1", "recall@1"),
        ("Recall_at_5", "recall@5"),
        ("recall", "recall@1"),
        ("knn", "knn"),
        ("kNN@20", "knn@20"),
        ("knn@10", "knn"),
        ("knn-accuracy", "knn"),
        ("map@r", "map@r"),
        ("MAP@R", "map@r"),
        ("nmi", "nmi"),
        ("f1", "f1"),
        ("macro_f1", "f1"),
        ("Spearman", "spearman"),
        ("R-precision", "r_precision"),
    ],
)
def test_a_measure_is_found_by_its_names(asked: str, name: str) -> None:
    assert metrics.metric_named(asked).name == name


@pytest.mark.parametrize(
    ("asked", "closest"),
    [("acuracy", "accuracy"), ("recal@1", "recall@1"), ("spearmann", "spearman")],
)
def test_an_unknown_measure_is_refused_with_the_closest(asked: str, closest: str) -> None:
    with pytest.raises(UnknownNameError, match=f"did you mean '{closest}'"):
        metrics.metric_named(asked)


@pytest.mark.parametrize("asked", ["recall@0", "recall@-1", "recall@x", "f1@3", "", "knn@1.5"])
def test_a_measure_of_no_number_of_neighbours_is_refused(asked: str) -> None:
    with pytest.raises(UnknownNameError):
        metrics.metric_named(asked)


def test_a_measure_knows_which_way_is_better() -> None:
    rising, falling = metrics.metric_named("accuracy"), metrics.metric_named("cross_entropy")
    assert rising.is_better(0.6, 0.5)
    assert not rising.is_better(0.5, 0.5)
    assert falling.is_better(0.5, 0.6)
    for measure in (rising, falling):
        assert measure.is_better(0.0, measure.worst)
        assert not measure.is_better(float("nan"), measure.worst)
        assert measure.is_better(0.0, float("nan"))


def test_the_measure_of_pairs_correlates_their_cosines_with_what_people_said() -> None:
    random = np.random.default_rng(0)
    first, second = random.normal(size=(2, 50, 6))
    said = random.normal(size=50)
    norms = np.linalg.norm(first, axis=1) * np.linalg.norm(second, axis=1)
    expected = stats.spearmanr((first * second).sum(axis=1) / norms, said)[0]
    assert metrics.metric_named("spearman")((first, second), said) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: metrics.accuracy([0, 1], [0]), "differ in number: 2 and 1"),
        (lambda: metrics.accuracy([0], [-1]), "none of 1 samples has a label"),
        (lambda: metrics.accuracy(["cat"], [0]), "give each class a number"),
        (lambda: metrics.confusion_matrix([5], [0], classes=3), "class 5 is beyond"),
        (lambda: metrics.knn_accuracy([[1.0, 2.0]], [0]), "no neighbour"),
        (lambda: metrics.map_at_r([[1.0], [2.0]], [0, 1]), "at least two samples of a class"),
        (lambda: metrics.recall_at_k([[1.0], [2.0]], [0, 0], k=0), "at least 1, not 0"),
        (lambda: metrics.recall_at_k([[1.0]], [0], 1, ([[1.0, 2.0]], [0])), "the same model"),
        (lambda: metrics.spearman([1.0], [1.0]), "at least two pairs"),
    ],
)
def test_what_cannot_be_measured_is_refused_with_the_reason(call: Any, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        call()


def test_nan_is_refused_with_its_row() -> None:
    with pytest.raises(DataError, match="row 1"):
        metrics.knn_accuracy([[1.0, 2.0], [np.nan, 1.0]], [0, 0])
    with pytest.raises(DataError, match="row 0"):
        metrics.accuracy([[np.nan, 1.0]], [0])


def test_nothing_is_warned_of_where_values_are_extreme() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        embeddings = np.array([[1e-30, 0], [1e30, 0], [0, 1e-30], [0, 1e30]], np.float32)
        assert metrics.map_at_r(embeddings, [0, 0, 1, 1]) == 1.0
