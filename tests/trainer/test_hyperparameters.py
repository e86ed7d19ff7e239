"""A search for settings: what is tried, what is kept, what fails, and how it goes on."""

from __future__ import annotations

import csv
import io
import logging
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from colour_squares import colour_squares
from towhee import ops
from towhee.errors import TrainingError, UnknownNameError, UsageError
from towhee.functional.operator_handle import OperatorHandle
from towhee.trainer.hyperparameters.pruning import pruner_named, pruning
from towhee.trainer.hyperparameters.searched import searched
from towhee.trainer.hyperparameters.space import Choice, Range, config_with, space_of
from towhee.trainer.hyperparameters.usual_space import UsualSpace
from towhee.trainer.metrics import metric_named
from towhee.trainer.training_config import TrainingConfig

PICTURE = np.asarray(colour_squares(1, seed=9)[0].value)
DATA = colour_squares(40, 0), colour_squares(24, 1)


def embedder(checkpoint: Path) -> OperatorHandle:
    return ops.image_embedding.timm(checkpoint=str(checkpoint), backend="torch")


def config(folder: Path, **changes: object) -> TrainingConfig:
    usual = {
        "output_dir": str(folder), "method": "linear_probe", "epoch_num": 2, "batch_size": 16,
        "device_str": "cpu", "tensorboard": None,
    }  # fmt: skip
    return TrainingConfig(**{**usual, **changes})


def what_was_tried(found: Any) -> list[tuple[Any, ...]]:
    return [(trial.state, dict(trial.settings), trial.value) for trial in found.trials]


def test_the_best_trial_is_served_kept_and_told_beside_the_untouched_model(
    checkpoint: Path, tmp_path: Path
) -> None:
    op = embedder(checkpoint)
    space = {"lr": (1e-5, 1e-1), "loss": ["SupConLoss", "CrossEntropyLoss"]}
    found = op.tune(config(tmp_path), *DATA, trials=4, space=space, pruner="none")
    assert [trial.number for trial in found.trials] == [0, 1, 2, 3]
    values = [trial.value for trial in found.trials]
    assert found.best.value == max(values)
    assert found.result.metrics["knn"] == found.best.value
    assert op.ref == found.result.ref
    served = embedder(found.result.folder)(PICTURE)
    np.testing.assert_array_equal(op(PICTURE), served)
    assert [each.name for each in (tmp_path / "trials").iterdir()] == [str(found.best.number)]
    assert not list(tmp_path.rglob("*.ckpt"))
    assert found.best_config.lr == found.best.settings["lr"]
    assert found.best_config.loss == found.best.settings["loss"]
    again = embedder(checkpoint).train(
        found.best_config.replace(output_dir=str(tmp_path / "again")), *DATA
    )
    assert again.metrics == found.result.metrics
    rows = list(csv.reader(io.StringIO((tmp_path / "trials.csv").read_text())))
    assert rows[0] == ["trial", "state", "knn", "seconds", "lr", "loss", "why"]
    assert [row[0] for row in rows[1:]] == ["untouched model", "0", "1", "2", "3"]
    assert float(rows[1][2]) == pytest.approx(found.result.baseline["knn"], abs=1e-4)
    assert f"best: trial {found.best.number}" in str(found)
    assert any("chose the best of 4 trials" in note for note in found.notes)
    page = (tmp_path / "trials.html").read_text()
    assert "best so far" in page
    assert f"trials/{found.best.number}/report.html" in page


def test_the_same_seed_tries_the_same_and_another_seed_others(
    checkpoint: Path, tmp_path: Path
) -> None:
    def tried(name: str, seed: int, trials: int = 3) -> list[tuple[Any, ...]]:
        here = config(tmp_path / name, seed=seed)
        space = {"lr": (1e-5, 1e-1), "weight_decay": (1e-4, 0.3)}
        return what_was_tried(embedder(checkpoint).tune(here, *DATA, trials=trials, space=space))

    first = tried("first", 1)
    assert tried("second", 1) == first
    assert tried("third", 2, trials=1)[0][1] != first[0][1]


KILLED = """
import os, sys
from pathlib import Path
from towhee import ops
from towhee.trainer.metrics import metric_named
from towhee.trainer.training_config import TrainingConfig
from towhee.trainer.importing import import_lightning
from towhee.trainer.hyperparameters import tune as _
from towhee.trainer.hyperparameters import tune
from colour_squares import colour_squares
module = sys.modules["towhee.trainer.hyperparameters.trying"]
pruning = module.pruning

def killing(asked, *rest):
    watch = pruning(asked, *rest)
    class Kill(type(watch)):
        def on_train_epoch_end(self, trainer, network):
            super().on_train_epoch_end(trainer, network)
            if asked.number == 2 and trainer.current_epoch == 1:
                os._exit(9)
    watch.__class__ = Kill
    return watch

module.pruning = killing
op = ops.image_embedding.timm(checkpoint=sys.argv[1], backend="torch")
op.tune(TrainingConfig.load(sys.argv[2]), colour_squares(40, 0), colour_squares(24, 1), trials=5)
"""


def test_a_search_that_was_killed_goes_on_to_the_trials_of_one_that_was_not(
    checkpoint: Path, tmp_path: Path
) -> None:
    def settings(name: str, **more: object) -> TrainingConfig:
        return config(tmp_path / name, epoch_num=4, loss="SupConLoss", **more)

    whole = embedder(checkpoint).tune(settings("whole"), *DATA, trials=5)
    settings("cut").save(tmp_path / "config.yaml")
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, str(checkpoint), str(tmp_path / "config.yaml")],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])},
        capture_output=True,
        check=False,
    )
    assert killed.returncode == 9, killed.stderr.decode()[-2000:]
    here = settings("cut", resume_from=str(tmp_path / "cut"))
    with pytest.raises(UsageError, match="another config"):
        embedder(checkpoint).tune(here.replace(batch_size=8), *DATA, trials=5)
    op = embedder(checkpoint)
    resumed = op.tune(here, *DATA, trials=5)
    assert what_was_tried(resumed) == what_was_tried(whole)
    assert resumed.result.metrics == whole.result.metrics
    assert op.ref == resumed.result.ref
    with pytest.raises(UsageError, match="another operator"):
        op.tune(here, *DATA, trials=6)
    more = embedder(checkpoint).tune(here, *DATA, trials=6)
    assert what_was_tried(more)[:5] == what_was_tried(whole)
    assert len(more.trials) == 6


def test_a_trial_that_diverges_is_a_row_and_not_the_end(checkpoint: Path, tmp_path: Path) -> None:
    op = embedder(checkpoint)
    here = config(
        tmp_path, method="full", optimizer="SGD", warmup_steps=0, epoch_num=3, augment="none"
    )
    found = op.tune(here, *DATA, trials=4, space={"lr": [1e30, 1e-4]}, pruner="none")
    states = {trial.settings["lr"]: trial.state for trial in found.trials}
    assert states == {1e30: "failed", 1e-4: "complete"}
    failed = next(trial for trial in found.trials if trial.state == "failed")
    assert "diverged" in failed.reason
    assert failed.value is None
    assert failed.reason in (tmp_path / "trials.csv").read_text()
    assert not (tmp_path / "trials" / str(failed.number)).exists()


def test_where_all_fail_the_search_says_why_and_the_operator_stays(
    checkpoint: Path, tmp_path: Path
) -> None:
    op = embedder(checkpoint)
    before = op.ref
    here = config(tmp_path, method="full", optimizer="SGD", warmup_steps=0, epoch_num=3)
    with pytest.raises(TrainingError, match=r"none of 2 trials .* diverged"):
        op.tune(here, *DATA, trials=2, space={"lr": [1e30, 1e29]})
    with pytest.raises(TrainingError, match=r"first 3 trials failed alike: .*momentum"):
        op.tune(config(tmp_path), *DATA, trials=50, space={"optimizer.momentum": [0.8, 0.9]})
    assert op.ref == before


class Course:
    """A training as a callback sees it: its evaluations so far, and how many epochs it has."""

    def __init__(self, values: list[float]) -> None:
        self._values = values
        self.max_epochs, self.current_epoch = len(values), -1
        self.should_stop = False
        self.outcome = SimpleNamespace(history=[])

    def run(self, watch: Any) -> None:
        for epoch, value in enumerate(self._values):
            self.current_epoch = epoch
            self.outcome.history.append({"knn": value})
            watch.on_train_epoch_end(self, self)


def trainings(pruner: str) -> Callable[[list[float]], int]:
    """A function of what a training's evaluations give: the epochs before it is ended."""
    import optuna

    study = optuna.create_study(direction="maximize", study_name="a", pruner=pruner_named(pruner))

    def reached(values: list[float]) -> int:
        trial = study.ask()
        course = Course(values)
        try:
            course.run(pruning(trial, metric_named("knn"), None))
        except optuna.TrialPruned:
            study.tell(trial, state=optuna.trial.TrialState.PRUNED)
        else:
            study.tell(trial, max(values))
        return course.current_epoch + 1

    return reached


def test_by_hyperband_the_best_come_to_their_end_and_most_others_do_not() -> None:
    reached = trainings("hyperband")
    order = np.random.default_rng(0).permutation(30)
    epochs = [reached([0.01 * height * epoch for epoch in range(1, 11)]) for height in order]
    # A bracket lets a third of its trials past each rung, and there are three.
    assert epochs[int(np.argmax(order))] == 10
    assert sum(each < 10 for each in epochs) > 15


def test_without_a_pruner_all_come_to_their_end() -> None:
    reached = trainings("none")
    assert [reached([height] * 10) for height in (3.0, 3.0, 3.0, 3.0, 3.0, 1.0)] == [10] * 6


def test_a_trial_behind_the_median_of_others_at_its_share_of_epochs_is_ended() -> None:
    reached = trainings("median")
    rising = [[0.1 * height * epoch for epoch in range(1, 11)] for height in (1, 2, 3, 4, 5)]
    assert [reached(values) for values in rising] == [10] * 5, "there is nothing to compare with"
    assert reached([0.31 * epoch for epoch in range(1, 11)]) == 10, "above the median, 0.3"
    assert reached([0.25 * epoch for epoch in range(1, 11)]) == 2, "and below, from a fifth on"
    # Of a training of four epochs the second ends at the half of it, as the fifth of ten does.
    assert reached([0.7, 1.4, 2.2, 3.0]) == 2, "1.4 is below 1.525, the median at half"
    assert reached([0.9, 1.6, 2.3, 3.2]) == 4


def test_a_pruned_trial_is_a_row_with_the_reason(checkpoint: Path, tmp_path: Path) -> None:
    here = config(tmp_path, epoch_num=4, early_stopping=None)
    space = {"lr": [1e-9, 0.1], "loss": ["SupConLoss"]}
    found = embedder(checkpoint).tune(here, *DATA, trials=7, space=space)
    pruned = [trial for trial in found.trials if trial.state == "pruned"]
    assert [trial.state for trial in found.trials[:5]] == ["complete"] * 5
    assert all(trial.reason and trial.value is not None and not trial.metrics for trial in pruned)
    assert all(not (tmp_path / "trials" / str(trial.number)).exists() for trial in pruned)


def test_when_the_time_is_over_no_trial_begins(checkpoint: Path, tmp_path: Path) -> None:
    found = embedder(checkpoint).tune(config(tmp_path), *DATA, trials=1000, timeout_s=1e-6)
    assert len(found.trials) == 1


def test_what_a_config_leaves_open_is_searched_and_the_first_trial_is_a_plain_training(
    checkpoint: Path, tmp_path: Path
) -> None:
    op = embedder(checkpoint)
    here = TrainingConfig(output_dir=str(tmp_path / "tuned"), device_str="cpu", tensorboard=None)
    what = searched(op.ref, here, DATA[0], None)
    assert isinstance(what.space, UsualSpace)
    assert what.space.methods == ("linear_probe", "partial")
    probe = what.space.of_method["linear_probe"]
    # A batch of 32 would be most of the 40 samples.
    assert set(probe) == {"lr", "loss", "epoch_num", "weight_decay"}
    assert probe["lr"] == Range(1e-4, 1e-2, log=True)
    stated = here.replace(lr=0.01, loss="SupConLoss", epoch_num=3, method="lora", batch_size=8)
    what = searched(op.ref, stated, DATA[0], None)
    assert isinstance(what.space, UsualSpace)
    assert what.space.methods == ("lora",)
    assert set(what.space.of_method["lora"]) == {"augment", "weight_decay"}
    found = op.tune(here, *DATA, trials=1)
    plain = embedder(checkpoint).train(here.replace(output_dir=str(tmp_path / "plain")), *DATA)
    assert found.result.metrics == plain.metrics
    assert found.best.settings["method"] == plain.method == "linear_probe"


def test_on_test_data_both_models_are_measured_as_a_training_measures(
    checkpoint: Path, tmp_path: Path
) -> None:
    op = embedder(checkpoint)
    test = colour_squares(30, 2)
    found = op.tune(
        config(tmp_path / "tuned"), *DATA, trials=2, space={"lr": (1e-3, 1e-2)}, test_dataset=test
    )
    alone = embedder(checkpoint).train(
        found.best_config.replace(output_dir=str(tmp_path / "alone"), early_stopping=None,
                                  load_best_model_at_end=False),
        DATA[0],
        test,
    )  # fmt: skip
    assert found.untouched_test == alone.baseline
    assert set(found.test) == set(alone.metrics)
    assert f"on test data: knn {found.untouched_test['knn']:.4f}" in str(found)
    assert not any("chose the best" in note for note in found.notes)


def test_a_space_is_read_as_it_is_written() -> None:
    space = space_of(
        {
            "lr": (1e-4, 1e-2),
            "label_smoothing": (0.0, 0.2),
            "epoch_num": (2, 8),
            "method": ["partial", "lora"],
            "optimizer.momentum": [0.0, 0.9],
            "weight_decay": (0.01, 0.05),
        }
    )
    assert space == {
        "lr": Range(1e-4, 1e-2, log=True),
        "label_smoothing": Range(0.0, 0.2),
        "epoch_num": Range(2, 8, whole=True),
        "method": Choice(("partial", "lora")),
        "optimizer.momentum": Choice((0.0, 0.9)),
        "weight_decay": Range(0.01, 0.05),
    }
    base = TrainingConfig(optimizer="SGD", loss={"name_": "SupConLoss", "temperature": 0.1})
    made = config_with(
        base, {"lr": 0.5, "weight_decay": 0.02, "optimizer.momentum": 0.9, "loss.temperature": 0.2}
    )
    assert made.lr == 0.5
    assert made.optimizer == {"name_": "SGD", "weight_decay": 0.02, "momentum": 0.9}
    assert made.loss == {"name_": "SupConLoss", "temperature": 0.2}
    assert config_with(TrainingConfig(), {"weight_decay": 0.1}).optimizer == {
        "name_": "AdamW", "weight_decay": 0.1,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("space", "error", "said"),
    [
        ({"batch_sise": [1, 2]}, UnknownNameError, "did you mean 'batch_size'"),
        ({"weight_deca": [1, 2]}, UnknownNameError, "did you mean 'weight_decay'"),
        ({"seed": [1, 2]}, UsageError, "has to be the same for all trials"),
        ({"metric": ["knn"]}, UsageError, "has to be the same for all trials"),
        ({"lr": (1e-2, 1e-4)}, UsageError, "from low to high"),
        ({"lr": [1e-2, "high"]}, UsageError, "lr is a number above 0"),
        ({"loss": ["SupConLos"]}, UnknownNameError, "did you mean 'SupConLoss'"),
        ({"batch_size": 16}, UsageError, "a list of values, or a pair of numbers"),
        ({}, UsageError, "a mapping such as"),
    ],
)
def test_a_space_that_cannot_be_is_refused_before_anything_is_trained(
    space: dict[str, Any], error: type[Exception], said: str
) -> None:
    with pytest.raises(error, match=said):
        space_of(space)


def test_what_cannot_be_searched_is_refused(checkpoint: Path, tmp_path: Path) -> None:
    op = embedder(checkpoint)
    with pytest.raises(UsageError, match="trials is a whole number"):
        op.tune(config(tmp_path), *DATA, trials=0)
    with pytest.raises(UnknownNameError, match="did you mean 'median'"):
        op.tune(config(tmp_path), *DATA, trials=1, pruner="medain")  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="no search in"):
        op.tune(config(tmp_path / "x", resume_from=str(tmp_path / "x")), *DATA, trials=1)
    with pytest.raises(UsageError, match="there is nothing to train on"):
        op.tune(config(tmp_path))


def test_an_untouched_model_is_embedded_once_for_all_trials(
    checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from towhee.trainer import embedding

    asked: list[tuple[str, int]] = []
    computed = embedding._computed

    def counted(ref: Any, data: Any, *rest: Any) -> Any:
        where = dict(ref.kwargs)["checkpoint"]
        asked.append(("trained" if where.startswith(str(tmp_path)) else "untouched", len(data)))
        return computed(ref, data, *rest)

    monkeypatch.setattr(embedding, "_computed", counted)
    logging.getLogger("towhee.trainer").setLevel(logging.WARNING)
    embedder(checkpoint).tune(config(tmp_path / "out"), *DATA, trials=2)
    assert sorted(each for each in asked if each[0] == "untouched") == [
        ("untouched", 24), ("untouched", 40),
    ]  # fmt: skip
    assert sum(kind == "trained" for kind, _ in asked) == 4, "each trial's own model, both parts"
