"""What a search gives."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from towhee.trainer.hyperparameters.trial import Trial
from towhee.trainer.result import TrainingResult
from towhee.trainer.training_config import TrainingConfig

UNTOUCHED = "untouched model"


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The settings that were best, the model that was trained with them, and all that was tried.

    Attributes:
        best_config: with which a training gives that model again.
        best: the trial.
        trials: all of them, in order.
        result: of the best trial.
        folder: that holds ``trials.csv``, ``trials.html`` and the best trial's folder.
        test: the measures of the best model on data that chose nothing, if such were given.
        untouched_test: the same of the untouched model.
        notes: what the user should know.
    """

    best_config: TrainingConfig
    best: Trial
    trials: tuple[Trial, ...]
    result: TrainingResult
    folder: Path
    test: Mapping[str, float] = field(default_factory=dict)
    untouched_test: Mapping[str, float] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def __str__(self) -> str:
        """The table of trials, and the best below it."""
        rows = trial_rows(self.trials, self.result.metric, self.result.baseline)
        widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
        lines = [
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            for row in rows
        ]
        end = f"best: trial {self.best.number}, {self.result}"
        if self.test:
            name = self.result.metric
            before, after = self.untouched_test[name], self.test[name]
            end += f"\non test data: {name} {before:.4f} → {after:.4f}"
        return "\n".join([*lines, "", end, *self.notes])


def trial_rows(
    trials: Sequence[Trial], metric: str, baseline: Mapping[str, float]
) -> list[tuple[str, ...]]:
    """The table: its headings, the untouched model, and a row for each trial.

    Args:
        trials: in order.
        metric: the measure that decides.
        baseline: the measures of the untouched model; empty if no trial came so far.
    """
    names = list(dict.fromkeys(name for trial in trials for name in trial.settings))
    rows: list[tuple[str, ...]] = [("trial", "state", metric, "seconds", *names, "why")]
    if metric in baseline:
        blank = [""] * (len(names) + 1)
        rows.append((UNTOUCHED, "", f"{baseline[metric]:.4f}", "", *blank))
    for trial in trials:
        cells = [_cell(trial.settings.get(name)) for name in names]
        value = "" if trial.value is None else f"{trial.value:.4f}"
        rows.append(
            (str(trial.number), trial.state, value, f"{trial.seconds:.1f}", *cells, trial.reason)
        )
    return rows


def trial_csv(rows: Sequence[Sequence[str]]) -> str:
    """A table as comma-separated values."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


def _cell(value: object) -> str:
    if value is None:
        return ""
    return f"{value:.4g}" if isinstance(value, float) else str(value)
