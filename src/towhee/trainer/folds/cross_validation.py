"""What a cross-validation gives."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from towhee.trainer.result import TrainingResult


@dataclass(frozen=True, slots=True)
class Fold:
    """One fold.

    Attributes:
        places: in the data, of the samples that were measured with, ``(n,) int64``.
        keys: of those that could be read.
        result: of the training on all other samples; its weights are not kept.
        seconds: that it took.
    """

    places: npt.NDArray[np.int64]
    keys: tuple[str, ...]
    result: TrainingResult
    seconds: float


@dataclass(frozen=True, slots=True)
class CrossValidation:
    """How good a model is that is trained so, on samples that it has not seen.

    Attributes:
        folds: one training each.
        metric: the measure that decides.
        mean: of each measure over the folds.
        deviation: the standard deviation of each, of a sample of folds (``n - 1``).
        baseline_mean: the mean of each of the untouched model, on the same samples.
        baseline_deviation: its standard deviation.
        larger_is_better: whether the measure should rise.
        folder: that holds ``folds.csv``, ``folds.html``, and the report of each fold.
        result: of the training on all samples, if it was asked for.
    """

    folds: tuple[Fold, ...]
    metric: str
    mean: Mapping[str, float]
    deviation: Mapping[str, float]
    baseline_mean: Mapping[str, float]
    baseline_deviation: Mapping[str, float]
    larger_is_better: bool
    folder: Path
    result: TrainingResult | None = None

    @property
    def best_epochs(self) -> int:
        """After how many epochs the folds were at their best, in the median."""
        best = [_best_epoch(fold.result) for fold in self.folds]
        return max(1, round(float(np.median(best))))

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the trainings of the folds warn of, each thing once."""
        found = dict.fromkeys(each for fold in self.folds for each in fold.result.warnings)
        better = [fold.result.is_better for fold in self.folds]
        if not all(better):
            found[f"training helped in {sum(better)} of {len(better)} folds only"] = None
        return tuple(found)

    def rows(self) -> list[tuple[str | int | float, ...]]:
        """The table: its headings, a row for each fold, the mean and the standard deviation."""
        names = list(self.mean)
        headings = [each for name in names for each in (f"{name} untouched", name)]
        rows: list[tuple[str | int | float, ...]] = [("fold", "samples", *headings)]
        for number, fold in enumerate(self.folds, 1):
            measures = (fold.result.baseline, fold.result.metrics)
            rows.append(
                (number, len(fold.keys), *(part[name] for name in names for part in measures))
            )
        count = sum(len(fold.keys) for fold in self.folds)
        means, deviations = (
            [part[name] for name in names for part in parts]
            for parts in (
                (self.baseline_mean, self.mean),
                (self.baseline_deviation, self.deviation),
            )
        )
        rows.append(("mean", count, *means))
        rows.append(("standard deviation", "", *deviations))
        return rows

    def csv(self) -> str:
        """The table as comma-separated values."""
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows(self.rows())
        return text.getvalue()

    def __str__(self) -> str:
        name = self.metric
        before = f"{self.baseline_mean[name]:.4f} ± {self.baseline_deviation[name]:.4f}"
        after = f"{self.mean[name]:.4f} ± {self.deviation[name]:.4f}"
        methods = " and ".join(dict.fromkeys(fold.result.method for fold in self.folds))
        return f"{name} {before} → {after} by {methods}, over {len(self.folds)} folds"


def summarised(folds: Sequence[Fold], folder: Path) -> CrossValidation:
    """The means and deviations of some folds.

    Args:
        folds: two or more.
        folder: of the cross-validation.
    """
    first = folds[0].result
    before, after = (
        {name: [float(part[name]) for part in parts] for name in first.metrics}
        for parts in (
            [fold.result.baseline for fold in folds],
            [fold.result.metrics for fold in folds],
        )
    )
    return CrossValidation(
        folds=tuple(folds),
        metric=first.metric,
        mean={name: _mean(values) for name, values in after.items()},
        deviation={name: _deviation(values) for name, values in after.items()},
        baseline_mean={name: _mean(values) for name, values in before.items()},
        baseline_deviation={name: _deviation(values) for name, values in before.items()},
        larger_is_better=first.larger_is_better,
        folder=folder,
    )


def _best_epoch(result: TrainingResult) -> int:
    """The epoch whose weights were taken: of equals the last."""
    rows = [row for row in result.history if row.get(result.metric) is not None]
    if not rows:
        return int(result.history[-1]["epoch"])
    sign = 1 if result.larger_is_better else -1
    return int(max(rows, key=lambda row: (sign * row[result.metric], row["epoch"]))["epoch"])


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values))


def _deviation(values: Sequence[float]) -> float:
    return float(np.std(values, ddof=1)) if len(values) > 1 else math.nan
