"""The settings of a training: what they may be, and their file."""

from __future__ import annotations

import copy
import inspect
import pickle
from pathlib import Path
from typing import Any

import pytest
import torch
import yaml

from towhee.errors import DataError, MissingFileError, UnknownNameError, UsageError
from towhee.trainer.config_checks import CHECKS
from towhee.trainer.config_files import SECTIONS
from towhee.trainer.training_config import OPTIMIZERS, TrainingConfig, dump_default_yaml


def test_the_quick_starts_config_is_one() -> None:
    config = TrainingConfig(batch_size=2, epoch_num=2, output_dir="quick_start_output")
    assert (config.batch_size, config.epoch_num, config.output_dir) == (2, 2, "quick_start_output")
    assert (config.lr, config.method, config.loss) == (None, None, None)


def test_every_setting_has_a_check_a_section_and_a_place_in_the_signature() -> None:
    names = set(TrainingConfig().to_dict())
    assert names == set(CHECKS)
    assert names == {name for section in SECTIONS.values() for name in section}
    assert names == set(inspect.signature(TrainingConfig).parameters)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"bach_size": 2}, "no setting is called 'bach_size'; did you mean 'batch_size'"),
        ({"learning_rate": 2}, "no setting is called 'learning_rate'"),
        ({"loss": "CrossEntropy"}, "did you mean 'CrossEntropyLoss'"),
        ({"optimizer": "AdamV"}, "did you mean 'Adam"),
        ({"optimizer": {"name_": "Adan"}}, "did you mean 'Adam'"),
        ({"lr_scheduler_type": "cosin"}, "did you mean 'cosine'"),
        ({"eval_strategy": "epochs"}, "did you mean 'epoch'"),
        ({"metric": "acuracy"}, "did you mean 'accuracy'"),
        ({"method": "lorra"}, "did you mean 'lora'"),
        ({"precision": "16"}, "there are 32, 16-mixed, bf16-mixed"),
        ({"augment": "strongest"}, "did you mean 'strong'"),
        ({"early_stopping": {"patiense": 3}}, "did you mean 'patience'"),
        ({"early_stopping": {"monitor": "los"}}, "did you mean 'loss'"),
        ({"tensorboard": {"logdir": "x"}}, "did you mean 'log_dir'"),
    ],
)
def test_a_name_that_there_is_not_is_refused_with_the_closest(
    settings: dict[str, Any], said: str
) -> None:
    with pytest.raises(UnknownNameError, match=said):
        TrainingConfig(**settings)


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("batch_size", [0, -1, 2.5, "8", True]),
        ("epoch_num", [0, 1.5]),
        ("seed", [-1, 2**32, None, False]),
        ("lr", [0, -1e-3, float("nan"), float("inf"), "fast", True]),
        ("label_smoothing", [-0.1, 1, None]),
        ("mixup", [-1, "much"]),
        ("warmup_ratio", [-0.1, 1]),
        ("max_grad_norm", [-1]),
        ("gradient_accumulation", [0, None]),
        ("dataloader_num_workers", [-2]),
        ("dataloader_drop_last", [1, "yes", None]),
        ("overwrite_output_dir", [0]),
        ("output_dir", ["", 3, None]),
        ("device_str", ["gpu", "cuda:x", 0]),
        ("devices", [0, [], [-1], "all"]),
        ("early_stopping", ["soon", 0, {"patience": 0}, {"monitor": "loss", "mode": "max"}]),
        ("model_checkpoint", [0, {"every_n_epoch": 0}]),
        ("optimizer", [3, {"lr": 0.1}]),
    ],
)
def test_a_value_out_of_range_is_refused_when_made_and_when_set(
    name: str, values: list[Any]
) -> None:
    for value in values:
        with pytest.raises(UsageError, match=name.replace("devices", "device")):
            TrainingConfig(**{name: value})
        config = TrainingConfig()
        before = config.to_dict()
        with pytest.raises(UsageError):
            setattr(config, name, value)
        assert config.to_dict() == before


def test_auto_leaves_open_what_is_chosen_from_the_data() -> None:
    left = {"batch_size", "epoch_num", "lr", "method", "loss", "optimizer", "precision", "devices"}
    assert TrainingConfig(**dict.fromkeys(left, "auto")) == TrainingConfig()


def test_callbacks_are_taken_in_the_forms_of_existing_programs() -> None:
    config = TrainingConfig(
        early_stopping={"monitor": "eval_epoch_metric", "patience": 4, "mode": "max"},
        tensorboard=None,
        model_checkpoint={"every_n_epoch": 2},
    )
    assert config.early_stopping == {"monitor": "metric", "patience": 4, "mode": "max"}
    assert config.tensorboard is None
    assert config.model_checkpoint == {"every_n_epoch": 2}
    short = TrainingConfig(early_stopping=7, tensorboard="runs", model_checkpoint=3)
    assert short.early_stopping == {"monitor": "metric", "patience": 7, "mode": None}
    assert short.tensorboard == {"log_dir": "runs", "comment": ""}
    assert short.model_checkpoint == {"every_n_epoch": 3}
    for off in (None, False, "no"):
        assert TrainingConfig(early_stopping=off).early_stopping is None


def test_a_loss_is_a_name_with_or_without_arguments() -> None:
    config = TrainingConfig(loss="SupConLoss", optimizer={"name_": "SGD", "momentum": 0.9})
    assert (config.loss_name, config.loss_arguments) == ("SupConLoss", {})
    assert (config.optimizer_name, config.optimizer_arguments) == ("SGD", {"momentum": 0.9})


def test_the_optimizers_are_torchs() -> None:
    for name in OPTIMIZERS:
        assert issubclass(getattr(torch.optim, name), torch.optim.Optimizer)


def test_small_things_are_said_in_one_way() -> None:
    config = TrainingConfig(
        val_batch_size=-1,
        precision=32,
        metric="Accuracy",
        eval_strategy="eval_epoch",
        augment=True,
        optimizer="adamw",
    )
    assert config.val_batch_size is None
    assert (config.precision, config.metric) == ("32", "accuracy")
    assert (config.eval_strategy, config.augment) == ("epoch", "light")
    assert config.optimizer == "AdamW"


def test_replace_makes_another_config() -> None:
    first = TrainingConfig(lr=0.1)
    second = first.replace(lr=0.2, batch_size=4)
    assert (first.lr, first.batch_size) == (0.1, None)
    assert (second.lr, second.batch_size) == (0.2, 4)
    with pytest.raises(UnknownNameError, match="did you mean 'lr'"):
        first.replace(lrr=1)
    assert copy.deepcopy(second) == second == pickle.loads(pickle.dumps(second))


def test_a_saved_config_is_loaded_the_same(tmp_path: Path) -> None:
    config = TrainingConfig(
        lr=5e-5,
        loss={"name_": "SupConLoss", "temperature": 0.1},
        devices=[0, 1],
        early_stopping=None,
        resume_from=tmp_path / "last.ckpt",
        output_dir="models/für Vögel",
    )
    config.save(tmp_path / "config.yaml")
    assert TrainingConfig.load(tmp_path / "config.yaml") == config
    assert [path.name for path in tmp_path.iterdir()] == ["config.yaml"]


def test_a_file_without_sections_loads_and_leaves_the_rest_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("batch_size: 4\nlr: 1e-3\neval_strategy: no\n")  # a text and False, in YAML
    assert TrainingConfig.load(path) == TrainingConfig(batch_size=4, lr=0.001, eval_strategy="no")
    path.write_text("")
    assert TrainingConfig.load(path) == TrainingConfig()


THE_PREDECESSORS = """
callback:
  early_stopping: {mode: max, monitor: eval_epoch_metric, patience: 4}
  model_checkpoint: {every_n_epoch: 1}
  tensorboard: {comment: '', log_dir: null}
device:
  device_str: null
learning:
  loss: CrossEntropyLoss
  lr: 5.0e-05
  lr_scheduler_type: linear
  optimizer: Adam
  warmup_ratio: 0.0
  warmup_steps: 0
logging:
  print_steps: null
metrics:
  metric: Accuracy
train:
  batch_size: 8
  dataloader_drop_last: true
  dataloader_num_workers: 0
  dataloader_pin_memory: true
  epoch_num: 2
  eval_steps: null
  eval_strategy: epoch
  freeze_bn: false
  load_best_model_at_end: false
  output_dir: ./output_dir
  overwrite_output_dir: true
  seed: 42
  val_batch_size: -1
"""


def test_a_file_of_the_predecessor_loads(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(THE_PREDECESSORS)
    config = TrainingConfig(mixup=0.5)
    config.load_from_yaml(path)
    assert (config.lr, config.loss, config.optimizer) == (5e-5, "CrossEntropyLoss", "Adam")
    assert (config.batch_size, config.val_batch_size, config.dataloader_drop_last) == (
        8,
        None,
        True,
    )
    assert config.mixup == 0.5
    config.save_to_yaml(tmp_path / "again.yaml")
    assert set(yaml.safe_load(THE_PREDECESSORS)) == set(
        yaml.safe_load((tmp_path / "again.yaml").read_text())
    )


def test_a_bad_file_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("train: {batch_size: 4, epoch_num: 0}")
    config = TrainingConfig()
    with pytest.raises(UsageError, match="epoch_num is a whole number of at least 1, not 0"):
        config.load_from_yaml(path)
    assert config == TrainingConfig()


@pytest.mark.parametrize(
    ("text", "error", "said"),
    [
        ("train: {bach_size: 4}", UnknownNameError, r"'bach_size'; did you mean .*config\.yaml"),
        ("trian: {batch_size: 4}", UnknownNameError, "'trian'; did you mean 'train'"),
        ("batch_size: 4\ntrain: {batch_size: 5}", UsageError, "gives 'batch_size' twice"),
        ("[1, 2]", DataError, "holds a list"),
        ("a: [", DataError, "cannot be read as YAML"),
    ],
)
def test_a_file_with_a_mistake_is_refused(
    tmp_path: Path, text: str, error: type[Exception], said: str
) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(text)
    with pytest.raises(error, match=said):
        TrainingConfig.load(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match=r"none\.yaml"):
        TrainingConfig.load(tmp_path / "none.yaml")


def test_the_default_file_holds_every_setting(tmp_path: Path) -> None:
    dump_default_yaml(tmp_path / "default.yaml")
    written = yaml.safe_load((tmp_path / "default.yaml").read_text())
    assert {name for section in written.values() for name in section} == set(CHECKS)
    assert TrainingConfig.load(tmp_path / "default.yaml") == TrainingConfig()
