"""The optimizer and schedule of a training on pairs of texts, as its settings ask for them."""

from __future__ import annotations

from typing import Any

from towhee.errors import UsageError
from towhee.trainer.pairs.task import PairTask
from towhee.trainer.schedule import learning_rate_factor


def optimizer_and_schedule(
    groups: list[dict[str, Any]], loss: Any, model: Any, task: PairTask
) -> tuple[Any, Any]:
    """Of torch, for the model's weights and those of the loss.

    Raises:
        UsageError: for arguments that the optimizer does not take.
    """
    import torch

    settings = task.settings
    inside = {id(weight) for weight in model.parameters()}
    own = [weight for weight in loss.parameters() if id(weight) not in inside]
    if own:
        groups = [*groups, {"params": own, "lr": settings.lr, "weight_decay": 0.0}]
    try:
        optimizer = getattr(torch.optim, settings.optimizer)(
            groups, **{"lr": settings.lr, **task.config.optimizer_arguments}
        )
    except (TypeError, ValueError) as error:
        raise UsageError(f"optimizer {settings.optimizer}: {error}") from error
    factor = learning_rate_factor(settings.schedule, settings.steps, settings.warmup)
    return optimizer, torch.optim.lr_scheduler.LambdaLR(optimizer, factor)
