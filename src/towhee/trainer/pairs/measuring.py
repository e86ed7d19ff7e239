"""One way to measure pairs, for the untouched model and the trained one alike."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from towhee.errors import UsageError
from towhee.trainer.metrics import Metric, metric_named, pair_cosines, spearman
from towhee.trainer.metrics.matching import match_ranks
from towhee.trainer.pairs.vectors import PairVectors

SCORED = "scored pairs"


class PairMeasures:
    """The measures of a training on pairs.

    Of scored pairs it is the rank correlation of their cosines and their scores. Of others it is
    how high the match of each first value stands among all second values, and thirds where there
    are some, by recall@k and the mean reciprocal rank; of images and texts the mean of both ways.

    Args:
        name: of the measure by which the best model is chosen.
        kind: of the pairs.

    Raises:
        UsageError: for a measure that such pairs do not have.
    """

    def __init__(self, name: str, kind: str) -> None:
        self.metric: Metric = metric_named(name)
        self._is_scored = kind == SCORED
        own = ("spearman",) if self._is_scored else ("mrr", "recall@1", "recall@5")
        is_own = self.metric.name in own or (
            not self._is_scored and self.metric.name.startswith("recall@")
        )
        if not is_own:
            raise UsageError(
                f"metric={name!r} is no measure of {kind}: take "
                + ("spearman" if self._is_scored else "mrr or recall@k")
            )
        self._names = tuple(dict.fromkeys((self.metric.name, *own)))

    def of(self, found: PairVectors) -> dict[str, float]:
        """All measures, the one that decides first."""
        if self._is_scored:
            cosines = pair_cosines(found.of_pairs(0), found.of_pairs(1))
            return {"spearman": spearman(cosines, found.scores)}
        ranks = ranks_of(found)
        if found.vectors[0] is not found.vectors[1]:  # images and texts are searched both ways
            ranks = np.concatenate([ranks, ranks_of(found.reversed())])
        return {
            name: float(np.mean(1 / ranks if name == "mrr" else ranks <= int(name[7:])))
            for name in self._names
        }


def ranks_of(found: PairVectors) -> npt.NDArray[np.int64]:
    """The rank of the best match of each distinct first value, ``(values,)``, from 1."""
    search = searched(found)
    return match_ranks(
        found.vectors[0][search.anchors],
        found.vectors[1][search.gallery],
        search.matches,
        search.left_out,
    )


@dataclass(frozen=True, slots=True)
class Search:
    """Which value is searched with, among which others.

    Attributes:
        anchors: the distinct first values, as rows of their vectors.
        gallery: the distinct second values, and thirds, as rows of theirs.
        matches: for each anchor the places in the gallery that belong to it.
        left_out: for each anchor the place of the very same value.
    """

    anchors: npt.NDArray[np.int64]
    gallery: npt.NDArray[np.int64]
    matches: list[npt.NDArray[np.int64]]
    left_out: list[npt.NDArray[np.int64]]


def searched(found: PairVectors) -> Search:
    """What a search with each distinct first value means."""
    anchors = np.unique(found.rows[0])
    gallery = np.unique(np.concatenate(found.rows[1:]))
    order = np.argsort(found.rows[0], kind="stable")
    ends = np.searchsorted(found.rows[0][order], anchors, side="right")
    groups = np.split(found.rows[1][order], ends[:-1])
    matches = [np.searchsorted(gallery, np.unique(group)) for group in groups]
    shares = found.vectors[0] is found.vectors[1]
    own = [np.flatnonzero(gallery == anchor) if shares else gallery[:0] for anchor in anchors]
    return Search(anchors, gallery, matches, own)
