"""``train_on_cluster``: the same training as ``train``, by the workers of a Ray cluster."""

from __future__ import annotations

import contextlib
import logging
import os
import pickle
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from towhee.engine.operators import forget_models
from towhee.engine.ray.cluster import connected
from towhee.errors import TrainingError
from towhee.operators.base import OperatorRef
from towhee.plan.options import OnError
from towhee.trainer.data import TrainingData
from towhee.trainer.pairs import holds_pairs
from towhee.trainer.pairs.sentence_resuming import remove_checkpoints
from towhee.trainer.pairs.training import resumed_pairs
from towhee.trainer.preparing import CHECKPOINTS, prepare_folder
from towhee.trainer.ray_training.carrying import FILE, GONE
from towhee.trainer.ray_training.conversation import Conversation
from towhee.trainer.ray_training.foreman import run_trainer
from towhee.trainer.ray_training.job import Job, packed_job
from towhee.trainer.ray_training.naming import Naming
from towhee.trainer.ray_training.placement import (
    Placement,
    check_room,
    config_there,
    workers_of_training,
)
from towhee.trainer.ray_training.received_folder import ReceivedFolder, given_files, kept_files
from towhee.trainer.ray_training.worker import BEGIN, DONE, Begun, Done
from towhee.trainer.result import TrainingResult
from towhee.trainer.resuming import resumed_checkpoint
from towhee.trainer.training_config import TrainingConfig

logger = logging.getLogger(__name__)


def train_on_cluster(
    ref: OperatorRef,
    config: TrainingConfig,
    train: TrainingData,
    evaluation: TrainingData | None = None,
    *,
    placement: Placement,
    unlabelled: TrainingData | None = None,
    model_card: str | None = None,
    callbacks: Sequence[Any] = (),
    on_error: OnError = "skip",
) -> TrainingResult:
    """Fine-tune the model of an operator on a Ray cluster, by Ray Train.

    The first worker carries out the whole training, and what it writes arrives in the caller's
    ``output_dir`` while it runs; the others share its courses as the devices of a machine do. If a
    worker is lost, all begin anew from what has arrived.

    Args:
        ref: the operator.
        config: what the training is to be like; its ``devices`` are workers.
        train: what is learned from. What its samples name has to be readable by the workers.
        evaluation: what is measured with.
        placement: where it runs, and with what.
        unlabelled: what a first step learns from.
        model_card: the content of ``README.md`` beside the weights.
        callbacks: of Lightning, which work on copies on the cluster.
        on_error: what becomes of samples that cannot be read.

    Raises:
        UsageError: for an operator, data, settings or resources that cannot be.
        TrainingError: if the training diverges, its results cannot be written, or workers are lost
            again and again.
        MissingExtraError: if Ray is not installed.
    """
    folder = Path(config.output_dir)
    checkpoints = folder / CHECKPOINTS
    resumed = (resumed_pairs if holds_pairs(ref, train) else _resumed)(ref, config, checkpoints)
    ray = connected(placement.cluster)
    workers = workers_of_training(placement, config, ray)
    check_room(workers, ray)
    job = Job(
        ref,
        config_there(config, workers),
        train,
        evaluation,
        unlabelled,
        model_card,
        callbacks,
        on_error,
        workers,
    )
    packed = packed_job(job)
    prepare_folder(folder, config, is_resumed=resumed is not None)
    if config.resume_from is None:
        remove_checkpoints(checkpoints)
    received = ReceivedFolder(folder)
    conversation = Conversation(ray, run_trainer, [ray.put(packed)], workers, os.getcwd())
    with contextlib.closing(conversation):
        done = _followed(ray, conversation, received, folder, (config, resumed))
        conversation.finished()
    received.finish(done.names)
    forget_models()  # an earlier training may have left one at the same place, which is kept
    return Naming(done.folder, config.output_dir).result(done.result)


def _resumed(ref: OperatorRef, config: TrainingConfig, checkpoints: Path) -> Path | None:
    return resumed_checkpoint(config, checkpoints)


def _followed(
    ray: Any,
    conversation: Conversation,
    received: ReceivedFolder,
    folder: Path,
    start: tuple[TrainingConfig, Path | None],
) -> Done:
    """Take what the workers send, until they are done."""
    (config, resumed), attempts = start, 0
    for question in conversation.letters():
        if question.kind == FILE:
            received.take(question.content)
        elif question.kind == GONE:
            received.remove(question.content)
        elif question.kind == BEGIN:
            received.begin()
            is_resumed = config.resume_from is not None or attempts > 0
            if attempts:
                logger.warning("a worker was lost; the training goes on from what was kept")
            files = kept_files(folder, resumed if not attempts else None) if is_resumed else ()
            conversation.answer(question, Begun(given_files(ray, files), is_resumed))
            attempts += 1
        elif question.kind == DONE:
            done: Done = pickle.loads(question.content)
            conversation.answer(question)
            return done
    raise TrainingError("the workers ended without a result; their output says why")
