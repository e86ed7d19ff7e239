"""The libraries that training needs, imported when it starts.

The only module that imports Lightning, peft and pytorch-metric-learning.
"""

from __future__ import annotations

import importlib
from typing import Any

from towhee.errors import MissingExtraError
from towhee.models.torchvision_cure import import_torchvision


def import_lightning() -> Any:
    """``lightning.pytorch``, which runs the loop.

    Raises:
        MissingExtraError: if it is not installed.
    """
    import_torchvision()  # first, as Lightning imports it through torchmetrics, and it needs a cure
    return _imported("lightning.pytorch")


def import_peft() -> Any:
    """``peft``, which adds low-rank layers to a network and merges them.

    Raises:
        MissingExtraError: if it is not installed.
    """
    return _imported("peft")


def import_metric_losses() -> Any:
    """``pytorch_metric_learning.losses``.

    Raises:
        MissingExtraError: if it is not installed.
    """
    return _imported("pytorch_metric_learning.losses")


def _imported(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name != name.partition(".")[0]:
            raise
        raise MissingExtraError("training", "train") from error
