"""``find_lr``: the learning rate for an operator and data, without a training."""

from __future__ import annotations

import tempfile
from typing import Any

from towhee.errors import UsageError
from towhee.operators.base import OperatorRef
from towhee.plan.options import OnError
from towhee.trainer.data import TrainingData
from towhee.trainer.importing import import_lightning
from towhee.trainer.rate_finding.rate_finding import RateFinding
from towhee.trainer.training import train
from towhee.trainer.training_config import TrainingConfig


def find_lr(
    ref: OperatorRef, config: TrainingConfig, data: TrainingData, *, on_error: OnError = "skip"
) -> RateFinding:
    """Try learning rates from far too small to far too large on the data, for a step each.

    Nothing is trained or written: the operator and its weights stay what they are.

    Args:
        ref: the operator.
        config: what the training is to be like; what it leaves open is chosen from the data.
        data: what is learned from.
        on_error: ``"skip"`` goes on without samples that cannot be read.

    Raises:
        UsageError: for an operator, data or settings that cannot be trained with.
        TrainingError: if the loss is no number at the smallest rates already.

    Example:
        >>> from towhee import dataset, ops
        >>> op = ops.image_embedding.timm(model_name="mobilenetv2_100")
        >>> finding = find_lr(op.ref, TrainingConfig(), dataset("shoes/"))  # doctest: +SKIP
        >>> finding.lr  # doctest: +SKIP
        0.0021
    """
    with tempfile.TemporaryDirectory(prefix="towhee-rates-") as folder:
        here = config.replace(lr="find", output_dir=folder, resume_from=None, tensorboard=None)
        try:
            train(ref, here, data, callbacks=[_stop()], on_error=on_error)
        except _Found as found:
            return found.finding
    raise UsageError(f"{ref.name} is trained in a way that no learning rate can be found for yet")


class _Found(Exception):
    """Ends a training in front of its first step."""

    def __init__(self, finding: RateFinding) -> None:
        super().__init__(finding.reason)
        self.finding = finding


def _stop() -> Any:
    lightning = import_lightning()

    class Stop(lightning.Callback):  # type: ignore[misc,name-defined]  # Any
        def on_rate_found(self, finding: RateFinding) -> None:
            raise _Found(finding)

    return Stop()
