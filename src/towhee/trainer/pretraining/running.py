"""The loop of training without labels, and the folder at its end."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import numpy as np

from towhee.engine.operators import forget_models
from towhee.errors import UsageError
from towhee.trainer.adaptation import freeze_statistics, keep_known_statistics
from towhee.trainer.batches import input_batches, loader
from towhee.trainer.diagnosis import diagnose
from towhee.trainer.fitting import fitted, has_terminal
from towhee.trainer.importing import import_lightning
from towhee.trainer.loop import Course, Outcome, Run
from towhee.trainer.preparing import CHECKPOINTS, MODEL
from towhee.trainer.pretraining.job import Build, Built, Done, Job
from towhee.trainer.pretraining.settings import settled_job
from towhee.trainer.pretraining.spread import effective_rank
from towhee.trainer.random_numbers import seeded
from towhee.trainer.resuming import check_course
from towhee.trainer.schedule import learning_rate_factor
from towhee.trainer.settings import Settings
from towhee.trainer.task import Learned

if TYPE_CHECKING:
    import torch

    from towhee.trainer.pretraining.method import Method

logger = logging.getLogger(__name__)

WATCHED = 128
"""The most samples whose vectors are looked at after each epoch, to notice a collapse."""

SPREAD = "effective_rank"

COLLAPSED = 1.5
"""Directions below which vectors all point the same way, but for a part in ten thousand."""

_WEIGHT_DECAY = 0.05


def run_job(job: Job, build: Build, *, is_new: bool) -> Done:
    """Train, and write the model folder.

    Args:
        job: what is to be trained.
        build: makes a method around the network.
        is_new: whether the network has random weights.

    Raises:
        UsageError: for settings or a method that do not suit the model.
        TrainingError: if the training diverges, or the disk is full.
    """
    settings = settled_job(job, is_new=is_new)
    check_course(
        job.folder / CHECKPOINTS,
        job.config,
        settings,
        job.data.sample_keys,
        is_resumed=job.resume is not None,
    )
    target = job.folder / MODEL
    with seeded(job.config.seed):
        made = build(job, settings)
        if job.config.freeze_bn:
            freeze_statistics(made.method, all_of_them=True)
        elif keep_known_statistics(made.network):
            settings.reasons["freeze_bn"] = (
                "True for batch norms that know the statistics of an earlier training, because "
                "what a few samples say of them would undo it"
            )
        for name, reason in settings.reasons.items():
            logger.info("%s of %s: %s", name, job.method, reason)
        outcome = fitted(
            _course(job, settings, made), _run(job, settings), [*job.callbacks, _following(made)]
        )
    made.method.cpu().eval()
    trained = f"all weights, by {job.method}"
    learned = Learned(made.network, made.projection, made.classifier, outcome, trained)
    job.model.write(target, learned, job.data.classes if made.classifier is not None else ())
    forget_models()
    return Done(
        job.model.trained(target),
        target,
        outcome,
        job.method,
        settings.reasons,
        tuple(_noticed(outcome, made.method)),
    )


def _course(job: Job, settings: Settings, made: Built) -> Course:
    import torch

    config = job.config.replace(dataloader_drop_last=len(job.data) >= settings.batch_size)
    watched = job.model.serving_rows(job.data.subset(_watched(len(job.data), config.seed)))
    arguments = {"weight_decay": _WEIGHT_DECAY, **config.optimizer_arguments}
    groups = _groups(made.method, arguments.pop("weight_decay"))
    try:
        optimizer = getattr(torch.optim, settings.optimizer)(
            groups, **{"lr": settings.lr, **arguments}
        )
    except (TypeError, ValueError) as error:
        raise UsageError(f"optimizer {settings.optimizer}: {error}") from error

    def evaluate(method: torch.nn.Module) -> dict[str, float]:
        lost: list[int] = []  # which the loop itself tells of
        batches = input_batches(watched, settings.batch_size, made.vectors, settings.workers, lost)
        found = [made.vectors(batch).float().cpu().numpy() for batch in batches]
        return {SPREAD: effective_rank(np.concatenate(found)) if found else 1.0}

    return Course(
        network=made.method,
        loss=_given(),
        optimizer=optimizer,
        factor=learning_rate_factor(settings.schedule, settings.steps, settings.warmup),
        batches=loader(made.rows, config, settings),
        evaluate=evaluate,
        metric=SPREAD,
        folder=job.folder / CHECKPOINTS,
        seed=config.seed,
    )


def _run(job: Job, settings: Settings) -> Run:
    config = job.config
    return Run(
        epochs=settings.epochs,
        accumulation=config.gradient_accumulation,
        max_grad_norm=settings.max_grad_norm,
        precision=settings.precision,
        accelerator=settings.accelerator,
        devices=settings.devices,
        load_best=False,  # no measure without labels says which epoch was the best
        every_n_epochs=(config.model_checkpoint or {}).get("every_n_epoch", 1),
        every_n_steps=(config.model_checkpoint or {}).get("every_n_steps"),
        resume_from=job.resume,
        tensorboard=config.tensorboard,
        print_steps=config.print_steps or 50,
        has_bar=has_terminal() and config.print_steps is None,
    )


def _groups(method: torch.nn.Module, weight_decay: float) -> list[dict[str, Any]]:
    """The weights that learn: matrices and kernels decay, biases and scales do not."""
    learning = [weight for weight in method.parameters() if weight.requires_grad]
    matrices = [weight for weight in learning if weight.ndim > 1]
    others = [weight for weight in learning if weight.ndim <= 1]
    found = [(matrices, weight_decay), (others, 0.0)]
    return [{"params": each, "weight_decay": decay} for each, decay in found if each]


def _watched(count: int, seed: int) -> Any:
    random = np.random.default_rng(seed)
    return np.sort(random.permutation(count)[:WATCHED])


def _given() -> torch.nn.Module:
    """The loss of a method is what it gives."""
    import torch

    class Given(torch.nn.Module):
        def forward(self, loss: torch.Tensor, places: torch.Tensor) -> torch.Tensor:
            return loss

    return Given()


def _following(made: Built) -> Any:
    """What lets a method do its part behind each step of the optimizer."""
    lightning = import_lightning()

    class Following(lightning.callbacks.Callback):  # type: ignore[misc,name-defined]
        def on_train_start(self, trainer: Any, module: Any) -> None:
            self.steps = trainer.global_step

        def on_train_batch_end(self, trainer: Any, module: Any, *batch: Any) -> None:
            if trainer.global_step > self.steps:
                self.steps = trainer.global_step
                made.method.follow()

    return Following()


def _noticed(outcome: Outcome, method: Method) -> list[str]:
    """What is wrong with the course, in plain words."""
    found = []
    if not method.targets_move:
        found = [finding.message for finding in diagnose(outcome.history)]
    ranks = [row[SPREAD] for row in outcome.history if SPREAD in row]
    if ranks and ranks[-1] < COLLAPSED:
        found.append(
            f"The vectors have collapsed: they take {ranks[-1]:.2f} directions, where 1 is the "
            "same for all, so no neighbour means anything. Lower lr, take larger batches, or "
            "another method."
        )
    return found
