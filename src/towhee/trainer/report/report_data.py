"""What a report shows, as plain data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from towhee.errors import UsageError
from towhee.viz.picture_frame import Picture


@dataclass(frozen=True, slots=True)
class Example:
    """A sample to show.

    Attributes:
        caption: what is written below it, such as its class.
        picture: what is shown; None for a sample that is no picture.
        detail: a second line, such as a score.
        is_right: whether a neighbour has the class of its query; None where that is not asked.
    """

    caption: str
    picture: Picture | None = None
    detail: str = ""
    is_right: bool | None = None


@dataclass(frozen=True, slots=True)
class Neighbours:
    """A query with what it finds by the untouched model and by the trained one.

    Attributes:
        query: the sample that is searched with.
        before: its neighbours by the untouched model, nearest first.
        after: its neighbours by the trained model.
    """

    query: Example
    before: tuple[Example, ...]
    after: tuple[Example, ...]


@dataclass(frozen=True, slots=True)
class EmbeddingMap:
    """Embeddings as points of a plane; `embedding_map` makes one.

    Attributes:
        title: such as ``"Before"``.
        points: ``(n, 2)``.
        labels: ``(n,)`` classes; negative for none.
        method: how the plane was found, for the caption.
        names: what to call each point; empty for nothing.
    """

    title: str
    points: npt.NDArray[Any]
    labels: npt.NDArray[Any]
    method: str
    names: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        points = np.asarray(self.points)
        if points.ndim != 2 or points.shape[1] != 2:
            raise UsageError(f"points of a map are (n, 2), not an array of shape {points.shape}")
        if len(points) != len(self.labels) or len(self.names) not in (0, len(points)):
            raise UsageError(
                f"a map has as many labels and names as points, not {len(points)} points, "
                f"{len(self.labels)} labels and {len(self.names)} names"
            )


@dataclass(frozen=True, slots=True)
class PairLine:
    """A pair of texts with its score, and how alike two models take them for.

    Attributes:
        first, second: the texts.
        score: what the pair was given with.
        before: the cosine by the untouched model.
        after: the cosine by the trained one.
    """

    first: str
    second: str
    score: float
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class ReportData:
    """What a report shows; what is empty or None is left out.

    Attributes:
        title: the heading.
        subtitle: a line below it.
        metric: the measure by which the model was chosen.
        larger_is_better: whether it should rise.
        baseline: the measures of the untouched model, by name.
        pretrained: the same of the model in front of its labels; empty for no such step.
        metrics: the same of the trained model.
        warnings: what the reader must know, in plain words.
        config: the settings.
        reasons: why a setting that was left open became what it is.
        history: one mapping an epoch or evaluation: ``"epoch"``, ``"step"``, losses, ``"lr"``,
            measures.
        classes: their names, in the order of their numbers.
        confusion: ``(classes, classes)``, a row for each true class.
        recall_before: recall@k by k, of the untouched model.
        recall_after: the same of the trained one.
        neighbours: queries and what they find.
        hardest: the samples whose class is the least probable.
        mislabelled: the samples whose label is most probably wrong.
        maps: the embeddings on a plane.
        heatmaps: pictures of what the model looks at.
        pairs: those whose cosine goes with their score the least, the worst first.

    Raises:
        UsageError: if the confusion matrix does not fit the classes.
    """

    title: str
    subtitle: str = ""
    metric: str = ""
    larger_is_better: bool = True
    baseline: Mapping[str, float] = field(default_factory=dict)
    pretrained: Mapping[str, float] = field(default_factory=dict)
    metrics: Mapping[str, float] = field(default_factory=dict)
    warnings: Sequence[str] = ()
    config: Mapping[str, Any] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)
    history: Sequence[Mapping[str, Any]] = ()
    classes: tuple[str, ...] = ()
    confusion: npt.NDArray[Any] | None = None
    recall_before: Mapping[int, float] = field(default_factory=dict)
    recall_after: Mapping[int, float] = field(default_factory=dict)
    neighbours: Sequence[Neighbours] = ()
    hardest: Sequence[Example] = ()
    mislabelled: Sequence[Example] = ()
    maps: Sequence[EmbeddingMap] = ()
    heatmaps: Sequence[Example] = ()
    pairs: Sequence[PairLine] = ()

    def __post_init__(self) -> None:
        shape = None if self.confusion is None else np.asarray(self.confusion).shape
        if shape is not None and shape != (len(self.classes), len(self.classes)):
            raise UsageError(
                f"a confusion matrix of {len(self.classes)} classes has as many rows and columns, "
                f"not the shape {shape}"
            )
