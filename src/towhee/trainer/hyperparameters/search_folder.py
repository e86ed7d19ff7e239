"""The folder of a search: its journal, its tables, and the folder of its best trial."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from towhee.errors import UsageError
from towhee.operators.base import OperatorRef
from towhee.trainer.data import TrainingData
from towhee.trainer.hyperparameters.search_result import trial_csv, trial_rows
from towhee.trainer.hyperparameters.searched import Searched
from towhee.trainer.hyperparameters.study import JOURNAL, Study
from towhee.trainer.hyperparameters.trial import Trial
from towhee.trainer.hyperparameters.trials_page import trials_page
from towhee.trainer.metrics import Metric
from towhee.trainer.result import TrainingResult
from towhee.trainer.training_config import TrainingConfig

TRIALS, TABLE, PAGE = "trials", "trials.csv", "trials.html"
_FREE = ("output_dir", "overwrite_output_dir", "resume_from", "tensorboard", "print_steps")


class SearchFolder:
    """Where a search keeps what it has found.

    Args:
        path: of the folder.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def of(self, trial: Trial | int) -> Path:
        """The folder of a trial, which is there for the best alone."""
        return self.path / TRIALS / f"{trial if isinstance(trial, int) else trial.number}"

    def study(
        self,
        ref: OperatorRef,
        config: TrainingConfig,
        data: Sequence[TrainingData],
        space: Mapping[str, Any] | None,
        what: Searched,
        pruner: str,
    ) -> Study:
        """A new study, or the one that goes on.

        Raises:
            UsageError: if there is none to go on with, it is of something else, or it is to stay.
        """
        journal = self.path / JOURNAL
        is_resumed = config.resume_from is not None
        if is_resumed and not journal.is_file():
            raise UsageError(f"there is no search in {str(self.path)!r} to resume")
        if journal.is_file() and not is_resumed and not config.overwrite_output_dir:
            raise UsageError(
                f"output_dir {str(self.path)!r} holds an earlier search: choose another, set "
                "overwrite_output_dir=True, or resume it with resume_from"
            )
        if not is_resumed:
            self._clear()
        study = Study(
            self.path,
            config.seed,
            larger_is_better=what.metric.larger_is_better,
            pruner=pruner,
        )
        keys = "\n".join(key for part in data for key in part.sample_keys)
        about = {
            "operator": repr((ref.name, ref.args, ref.kwargs)),
            "config": {name: each for name, each in config.to_dict().items() if name not in _FREE},
            "data": hashlib.sha256(keys.encode()).hexdigest(),
            "space": repr(space),
            "pruner": pruner,
        }
        plain = json.loads(json.dumps(about))
        if study.about is None:
            study.about = plain
        elif study.about != plain:
            differing = ", ".join(name for name in plain if plain[name] != study.about.get(name))
            raise UsageError(
                f"the search in {str(self.path)!r} has another {differing}; set it back, or begin "
                "anew without resume_from"
            )
        return study

    def keep_only(self, best: Trial | None, ended: Sequence[int]) -> None:
        """Remove the folders of trials that are not the best.

        Args:
            best: the best so far.
            ended: the numbers of the trials that have ended.
        """
        for number in ended:
            if best is None or number != best.number:
                shutil.rmtree(self.of(number), ignore_errors=True)

    def write_tables(
        self,
        trials: Sequence[Trial],
        metric: Metric,
        result: TrainingResult | None,
        notes: Sequence[str],
    ) -> None:
        """Write ``trials.csv`` and ``trials.html``, which are whole at any time.

        Args:
            trials: so far.
            metric: the measure that decides.
            result: of the best.
            notes: what the user should know.
        """
        baseline = {} if result is None else result.baseline
        report = None if result is None else result.report
        page = trials_page(
            trials,
            metric.name,
            baseline,
            larger_is_better=metric.larger_is_better,
            subtitle="" if result is None else f"{len(trials)} trials; the best: {result}",
            notes=notes,
            report=None if report is None else str(report.relative_to(self.path)),
        )
        table = trial_csv(trial_rows(trials, metric.name, baseline))
        for name, text in ((TABLE, table), (PAGE, page)):
            beside = self.path / f".{name}"
            beside.write_text(text, "utf-8")
            os.replace(beside, self.path / name)

    def _clear(self) -> None:
        self.path.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(self.path / TRIALS, ignore_errors=True)
        for file in self.path.glob(f"{JOURNAL}*"):
            file.unlink()
