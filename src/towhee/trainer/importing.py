"""The libraries that training needs, imported when it starts.

The only module that imports Lightning, Optuna, peft, pytorch-metric-learning and
sentence-transformers.
"""

from __future__ import annotations

import importlib
from typing import Any

from towhee.errors import MissingExtraError
from towhee.models.torchvision_cure import import_torchvision
from towhee.models.transformers.importing import import_transformers


def import_lightning() -> Any:
    """``lightning.pytorch``, which runs the loop.

    Raises:
        MissingExtraError: if it is not installed.
    """
    import_torchvision()  # first, as Lightning imports it through torchmetrics, and it needs a cure
    return _imported("lightning.pytorch")


def import_started_processes() -> Any:
    """What tells Lightning that each device has a process already.

    Raises:
        MissingExtraError: if it is not installed.
    """
    return _imported("lightning.pytorch.plugins.environments").LightningEnvironment()


def import_checkpoint_io() -> Any:
    """The class by which Lightning writes and reads checkpoints.

    Raises:
        MissingExtraError: if it is not installed.
    """
    return _imported("lightning.pytorch.plugins.io").TorchCheckpointIO


def import_peft() -> Any:
    """``peft``, which adds low-rank layers to a network and merges them.

    Raises:
        MissingExtraError: if it is not installed.
    """
    return _imported("peft")


def import_cloudpickle() -> Any:
    """``cloudpickle``, which sends functions of a script to other processes.

    Raises:
        MissingExtraError: if it is not installed.
    """
    return _imported("cloudpickle")


def import_metric_losses() -> Any:
    """``pytorch_metric_learning.losses``.

    Raises:
        MissingExtraError: if it is not installed.
    """
    return _imported("pytorch_metric_learning.losses")


def import_sentence_transformers() -> Any:
    """``sentence_transformers`` with what its trainer needs.

    Raises:
        MissingExtraError: if one of them is not installed.
    """
    import_transformers()  # which cures the torchvision that it imports along with models
    for name in ("accelerate", "datasets"):
        _imported(name)
    return _imported("sentence_transformers")


def import_transformers_trainer() -> Any:
    """``transformers``, with its trainer.

    Raises:
        MissingExtraError: if what the trainer needs is not installed.
    """
    _imported("accelerate")
    return import_transformers()


def import_optuna() -> Any:
    """``optuna``, which chooses what to try next.

    Raises:
        MissingExtraError: if it is not installed.
    """
    return _imported("optuna")


def _imported(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name != name.partition(".")[0]:
            raise
        raise MissingExtraError("training", "train") from error
