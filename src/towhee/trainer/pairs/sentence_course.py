"""Training on pairs of texts, which the trainer of sentence-transformers runs."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import numpy as np

from towhee.errors import TrainingError, UsageError, one_line
from towhee.models.transformers.importing import quiet_transformers
from towhee.trainer.adaptation import adapted
from towhee.trainer.fitting import all_cores, has_terminal
from towhee.trainer.importing import import_sentence_transformers
from towhee.trainer.keeping import BEST
from towhee.trainer.pairs.recorder import Recorder, recorder_callback, watched_loss
from towhee.trainer.pairs.sentence_optimizer import optimizer_and_schedule
from towhee.trainer.pairs.sentence_trainer import pair_trainer
from towhee.trainer.pairs.task import LearnedPairs, PairTask
from towhee.trainer.pairs.vectors import PairVectors, distinct
from towhee.trainer.transformer_stages import transformer_stages

logger = logging.getLogger(__name__)


def train_sentences(model: Any, prompt: str, task: PairTask) -> LearnedPairs:
    """Train a model of sentence-transformers; it has the best weights then, or the last.

    Args:
        model: changed in place.
        prompt: what stands in front of every text.
        task: what is trained, on what.

    Raises:
        UsageError: for callbacks or arguments that the library does not take.
        TrainingError: if the training diverges, or the disk is full.
    """
    settings, config = task.settings, task.config
    transformer = model[0].auto_model
    decay = config.optimizer_arguments.get("weight_decay", 0.01)
    stages = transformer_stages(transformer) if settings.method == "partial" else []
    adaptation = adapted(
        transformer, settings.method, settings.lr, decay, stages or [list(model.parameters())]
    )
    recorder = Recorder(task.folder, task.metric, config, is_evaluated=config.eval_strategy != "no")
    loss = watched_loss(_loss(model, task), recorder)
    trainer = pair_trainer(
        model,
        loss,
        task,
        prompt,
        evaluate=lambda network: task.measure(_vectors(network, prompt, task)),
        callback=recorder_callback(recorder, model),
        optimizers=optimizer_and_schedule(adaptation.groups, loss, model, task),
        shows_bar=has_terminal() and config.print_steps is None,
    )
    try:
        with quiet_transformers(), all_cores():
            trainer.train(resume_from_checkpoint=str(task.resume) if task.resume else None)
    except OSError as error:
        raise TrainingError(
            f"training stopped: {one_line(error, 200)}; make room, and go on with "
            f"resume_from={str(task.folder)!r} if an epoch was finished"
        ) from error
    if config.load_best_model_at_end and (task.folder / BEST).is_dir():
        recorder.load_best(model)
    model.cpu()
    adaptation.finish()
    model.eval()

    def write(folder: Path) -> None:
        with quiet_transformers():
            model.save_pretrained(str(folder), create_model_card=False)

    return LearnedPairs(write, recorder.outcome, adaptation.trained)


def _loss(model: Any, task: PairTask) -> Any:
    import_sentence_transformers()
    from sentence_transformers.sentence_transformer import losses

    name = task.settings.loss
    arguments = dict(task.config.loss_arguments)
    try:
        return getattr(losses, name)(model, **arguments)
    except TypeError as error:
        raise UsageError(f"{name} does not take these arguments: {error}") from error


def _vectors(model: Any, prompt: str, task: PairTask) -> PairVectors:
    """Of the evaluation, by the model as it stands."""
    firsts, rows = distinct(task.evaluation.sides)
    texts = [task.evaluation.sides[side][place].value for side, place in firsts]
    found = model.encode(
        texts,
        prompt=prompt or None,
        batch_size=task.config.val_batch_size or task.settings.batch_size,
        show_progress_bar=False,
        convert_to_numpy=True,
    )
    vectors = np.asarray(found, np.float32)
    places = np.arange(len(task.evaluation))
    return PairVectors((vectors,) * len(rows), tuple(rows), task.evaluation.scores, places)
