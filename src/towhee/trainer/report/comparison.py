"""What the report shows of the embeddings of two models."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from towhee.errors import UsageError
from towhee.trainer.metrics import confusion_matrix, knn_predictions, recalls
from towhee.trainer.metrics.labels import Labels, as_labels, same_number
from towhee.trainer.metrics.neighbours import labelled_embeddings, ranked
from towhee.trainer.report.embedding_map import embedding_map
from towhee.trainer.report.held_out import held_out_probabilities
from towhee.trainer.report.mislabelled import Suspect, hardest, suspects
from towhee.trainer.report.report_data import Example, Neighbours, ReportData
from towhee.viz.picture_frame import Picture

_DEPTHS = (1, 2, 5, 10, 20, 50)
_HARDEST, _SUSPECTS = 24, 30
_CLASSES = 1000  # beyond, matrices of classes or of probabilities fill the memory, and no page


def with_embeddings(
    data: ReportData,
    before: Any,
    after: Any,
    labels: Any,
    *,
    pictures: Callable[[int], Picture | None] = lambda row: None,
    names: Sequence[str] = (),
    queries: int = 8,
    shown: int = 6,
    method: Literal["pca", "umap"] = "pca",
    seed: int = 0,
) -> ReportData:
    """The report with all that two models' embeddings of the same samples say.

    These are recall@k, neighbours, and maps before and after; and by the trained model's the
    samples that are hardest and most likely mislabelled, and which class is taken for which by ten
    neighbours, unless there is a confusion matrix already; of more than 1,000 classes these three
    are left out. The queries are drawn by lot, from each class in its turn, so that they flatter
    neither model.

    Args:
        data: what the report holds so far; its classes are needed.
        before: ``(n, d)`` by the untouched model.
        after: ``(n, e)`` by the trained one, of samples that it was not trained on: otherwise it
            has learned the wrong labels too, and finds none.
        labels: ``(n,)``, none of them negative.
        pictures: what to show of the sample of a position; None for nothing.
        names: what to call each sample; its position if not given.
        queries: how many are shown with their neighbours.
        shown: how many neighbours.
        method: of the maps.
        seed: of the lot and the maps.

    Raises:
        UsageError: for numbers that do not fit, or a label without a class.
    """
    true = as_labels(labels)
    same_number(before, after, "embeddings before and after")
    same_number(after, true, "embeddings and labels")
    if len(true) and not 0 <= true.min() <= true.max() < len(data.classes):
        raise UsageError(
            f"labels are from 0 to {len(data.classes) - 1}, the numbers of the report's classes, "
            f"not {true.min()} to {true.max()}"
        )
    called = [str(row) for row in range(len(true))] if not len(names) else list(names)
    same_number(called, true, "names and labels")

    def example(row: int, caption: str = "", detail: str = "") -> Example:
        caption = caption or data.classes[true[row]]
        return Example(caption, pictures(row), f"{called[row]} {detail}".strip())

    drawn = _drawn(true, queries, seed)
    found = [_nearest(each, true, drawn, shown) for each in (before, after)]
    difficult: list[int] = []
    doubted: list[Suspect] = []
    given, confusion = np.empty((0, 0)), data.confusion
    if len(data.classes) <= _CLASSES:
        given = held_out_probabilities(after, true, len(data.classes))
        difficult, doubted = hardest(given, true, _HARDEST), suspects(given, true, _SUSPECTS)
        if confusion is None:
            confusion = confusion_matrix(knn_predictions(after, true), true, len(data.classes))
    return replace(
        data,
        confusion=confusion,
        recall_before=_recalls(before, true),
        recall_after=_recalls(after, true),
        neighbours=tuple(
            Neighbours(
                example(row),
                *(
                    tuple(
                        replace(example(place), is_right=bool(true[place] == true[row]))
                        for place in places[at]
                    )
                    for places in found
                ),
            )
            for at, row in enumerate(drawn)
        ),
        hardest=tuple(example(row, detail=f"({given[row, true[row]]:.2f})") for row in difficult),
        mislabelled=tuple(
            example(
                each.row,
                f"{data.classes[each.label]}: {data.classes[each.likely]}?",
                f"({each.margin:.2f})",
            )
            for each in doubted
        ),
        maps=tuple(
            embedding_map(each, true, title=title, method=method, names=called, seed=seed)
            for title, each in (("Untouched model", before), ("Trained model", after))
        ),
    )


def _recalls(embeddings: Any, labels: Labels) -> dict[int, float]:
    """At the depths that are less than all there are; empty if no class has two samples."""
    if len(np.unique(labels)) == len(labels):
        return {}
    return recalls(embeddings, labels, [k for k in _DEPTHS if k < len(labels)])


def _drawn(labels: Labels, count: int, seed: int) -> list[int]:
    """Positions by lot, from each class in its turn."""
    order = np.random.default_rng(seed).permutation(len(labels))
    turns = np.zeros(len(labels), np.int64)
    for label in np.unique(labels):
        rows = order[labels[order] == label]
        turns[rows] = np.arange(len(rows))
    chosen = sorted(range(len(labels)), key=lambda row: (turns[row], labels[row]))
    return chosen[:count]


def _nearest(embeddings: Any, labels: Labels, rows: list[int], k: int) -> list[list[int]]:
    """The positions of the nearest others of some samples."""
    data = labelled_embeddings(embeddings, labels, None)
    counts = np.zeros(len(labels), np.int64)
    counts[rows] = min(k, data.available)
    places: dict[int, npt.NDArray[np.int64]] = {}
    for some, found, _ in ranked(data, counts):
        places.update(zip(some.tolist(), found, strict=True))
    return [places[row].tolist() for row in rows]
