"""The nearest of labelled embeddings, in blocks.

Retrieval measures look at as many neighbours as a class has samples, often a thousand or more.
`towhee.search.ExactSearch` scores each of those again in float64, which takes five times as long
and moves no measure; here a block of products is partitioned instead.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from towhee.errors import UsageError
from towhee.search.metric import Vectors, as_vectors, lengths_of
from towhee.trainer.metrics.labels import Labels, as_labels, labelled, same_number

_PRODUCTS = 2**22  # that are held at once: 16 MB, and four times that while they are ranked


@dataclass(frozen=True, slots=True)
class Labelled:
    """Queries and what they are searched in, as directions with labels.

    Attributes:
        queries: ``(q, d) float32`` of length 1; a zero vector stays one, like nothing.
        labels: ``(q,) int64``.
        gallery: ``(n, d) float32``; the queries themselves if each is left out in its turn.
        gallery_labels: ``(n,) int64``.
        is_left_out: whether the gallery is the queries.
    """

    queries: Vectors
    labels: Labels
    gallery: Vectors
    gallery_labels: Labels
    is_left_out: bool

    @property
    def available(self) -> int:
        """How many neighbours a query has at most."""
        return len(self.gallery) - self.is_left_out

    def relevant(self) -> Labels:
        """How many neighbours have the class of each query, ``(q,) int64``."""
        known, counts = np.unique(self.gallery_labels, return_counts=True)
        at = np.searchsorted(known, self.labels).clip(max=len(known) - 1)
        found = np.where(known[at] == self.labels, counts[at], 0)
        return found - self.is_left_out


def labelled_embeddings(embeddings: Any, labels: Any, gallery: tuple[Any, Any] | None) -> Labelled:
    """Checked, without the samples that have no label.

    Raises:
        UsageError: for numbers that do not fit, or if no query has a neighbour.
        DataError: for NaN or infinity.
    """
    queries, true = _directions(embeddings, labels, "embeddings")
    if gallery is None:
        if len(queries) < 2:
            raise UsageError("a sample alone has no neighbour; give at least two, or a gallery")
        return Labelled(queries, true, queries, true, True)
    others, other_labels = _directions(*gallery, "the gallery's embeddings")
    if others.shape[1] != queries.shape[1]:
        raise UsageError(
            f"embeddings have {queries.shape[1]} numbers and the gallery's {others.shape[1]}; "
            "make both with the same model"
        )
    return Labelled(queries, true, others, other_labels, False)


def ranked(
    data: Labelled, counts: npt.NDArray[np.int64]
) -> Iterator[tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], Vectors]]:
    """The nearest by cosine, nearest first; of equals those of smaller position.

    Args:
        data: what is searched, and what for.
        counts: how many neighbours each query asks for, ``(q,)``; none for 0.

    Yields:
        For a block of queries their positions ``(b,)``, the positions of neighbours ``(b, k)``
        and the cosines ``(b, k) float32``, ``k`` the most that one of the block asks for.
    """
    order = np.argsort(counts, kind="stable")
    order = order[np.searchsorted(counts[order], 1) :]
    step = max(1, _PRODUCTS // max(1, len(data.gallery)))
    for start in range(0, len(order), step):
        rows = order[start : start + step]
        cosines = data.queries[rows] @ data.gallery.T
        if data.is_left_out:
            cosines[np.arange(len(rows)), rows] = -np.inf
        k = min(int(counts[rows].max()), data.available)
        places = _largest(cosines, k)
        yield rows, places, np.take_along_axis(cosines, places, axis=1)


def _largest(cosines: Vectors, k: int) -> npt.NDArray[np.int64]:
    """The columns of the ``k`` largest of each row, the largest first."""
    negative = -cosines
    if 4 * k >= negative.shape[1]:
        return np.argsort(negative, axis=1, kind="stable")[:, :k]
    places = np.argpartition(negative, k - 1, axis=1)[:, :k]
    places.sort(axis=1)
    order = np.argsort(np.take_along_axis(negative, places, axis=1), axis=1, kind="stable")
    return np.take_along_axis(places, order, axis=1)


def _directions(embeddings: Any, labels: Any, what: str) -> tuple[Vectors, Labels]:
    vectors, true = as_vectors(embeddings, what), as_labels(labels)
    same_number(vectors, true, f"{what} and labels")
    is_labelled = labelled(true)
    if not is_labelled.all():
        vectors, true = vectors[is_labelled], true[is_labelled]
    return directions(vectors), true


def directions(vectors: Vectors) -> Vectors:
    """The vectors divided by their lengths; zero vectors, which a dead network gives, stay."""
    lengths = lengths_of(vectors)
    scaled: Vectors = (vectors / np.where(lengths > 0, lengths, 1.0)[:, None]).astype(np.float32)
    return scaled
