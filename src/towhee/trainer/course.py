"""The loop, as a task and its settings ask for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from towhee.errors import UsageError
from towhee.trainer.batches import loader
from towhee.trainer.fitting import fitted, has_terminal
from towhee.trainer.loop import Course, Outcome, Run
from towhee.trainer.losses import embedding_loss
from towhee.trainer.metrics import metric_named
from towhee.trainer.mixing import mixup
from towhee.trainer.rate_finding.taken import take_found_rate
from towhee.trainer.schedule import learning_rate_factor
from towhee.trainer.task import Task

if TYPE_CHECKING:
    import torch

    from towhee.trainer.pairs.task import PairTask

_PROXY_RATE = 10.0
"""How much faster than the network the proxies of classes learn, which begin as noise."""


def run_course(
    task: Task | PairTask,
    network: torch.nn.Module,
    loss: torch.nn.Module,
    groups: list[dict[str, Any]],
    rows: Any,
    evaluate: Callable[[torch.nn.Module], dict[str, float]],
) -> Outcome:
    """Train a network as the settings say.

    Args:
        task: what is trained, on what.
        network: gives vectors for the rows.
        loss: of its vectors.
        groups: of its weights, for the optimizer.
        rows: samples or features, by ``(epoch, place)``.
        evaluate: the measures of the network.

    Raises:
        UsageError: for arguments that the optimizer does not take.
        TrainingError: if the training diverges, or the disk is full.
    """
    settings, config = task.settings, task.config
    own = [weight for weight in loss.parameters() if weight.requires_grad]
    if own:
        rate = settings.lr * (1 if hasattr(loss, "classifier") else _PROXY_RATE)
        groups = [*groups, {"params": own, "lr": rate, "weight_decay": 0.0}]
    metric = metric_named(settings.metric)
    classes = len(task.train.classes)
    course = Course(
        network=network,
        loss=loss,
        optimizer=_optimizer(task, groups),
        factor=learning_rate_factor(settings.schedule, settings.steps, settings.warmup),
        batches=loader(rows, config, settings),
        evaluate=evaluate,
        metric=metric.name,
        folder=task.folder,
        larger_is_better=metric.larger_is_better,
        every_epoch=config.eval_strategy == "epoch",
        every_steps=(config.eval_steps or 100) if config.eval_strategy == "steps" else 0,
        mix=partial(mixup, alpha=config.mixup, classes=classes) if config.mixup else None,
        seed=config.seed,
    )
    stopping = config.early_stopping
    is_on_loss = stopping is not None and stopping["monitor"] == "loss"
    if config.eval_strategy == "no" and not is_on_loss:
        stopping = None
    run = Run(
        epochs=settings.epochs,
        accumulation=config.gradient_accumulation,
        max_grad_norm=settings.max_grad_norm,
        precision=settings.precision,
        accelerator=settings.accelerator,
        devices=settings.devices,
        patience=None if stopping is None else stopping["patience"],
        monitor="loss" if is_on_loss else metric.name,
        load_best=config.load_best_model_at_end and config.eval_strategy != "no",
        every_n_epochs=(config.model_checkpoint or {}).get("every_n_epoch", 1),
        every_n_steps=(config.model_checkpoint or {}).get("every_n_steps"),
        resume_from=task.resume,
        tensorboard=config.tensorboard,
        print_steps=config.print_steps or 50,
        has_bar=has_terminal() and config.print_steps is None,
    )
    if config.lr == "find" and task.resume is None:
        batches = loader(rows, config, settings)
        spent = replace(course, optimizer=_optimizer(task, groups), batches=batches)
        take_found_rate(task, course, spent, run)
    return fitted(course, run, task.callbacks)


def _optimizer(task: Task | PairTask, groups: list[dict[str, Any]]) -> torch.optim.Optimizer:
    """An optimizer of its own, as it keeps what it is given and changes it."""
    import torch

    name = task.settings.optimizer
    arguments = {"lr": task.settings.lr, **task.config.optimizer_arguments}
    try:
        made: torch.optim.Optimizer = getattr(torch.optim, name)(
            [dict(group) for group in groups], **arguments
        )
    except (TypeError, ValueError) as error:
        raise UsageError(f"optimizer {name}: {error}") from error
    return made


def task_loss(task: Task, dimension: int) -> torch.nn.Module:
    """The loss that was settled, of vectors of a length."""
    config = task.config
    return embedding_loss(
        task.settings.loss,
        dimension=dimension,
        classes=len(task.train.classes),
        label_smoothing=config.label_smoothing,
        **config.loss_arguments,
    )
