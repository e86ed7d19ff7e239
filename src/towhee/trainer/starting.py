"""What labels are learned on top of: the untouched model, or one that a first step trained."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from towhee.plan.options import OnError
from towhee.trainer.beginning import Beginning
from towhee.trainer.data import TrainingData
from towhee.trainer.embedding import Embedded, embedded
from towhee.trainer.models.kinds import model_of
from towhee.trainer.pretraining.recipe import first_step, noticed_of_first
from towhee.trainer.trainable import Trainable


@dataclass(frozen=True, slots=True)
class Start:
    """The model that labels are learned on top of.

    Attributes:
        model: what is trained.
        known: its features of the samples to learn from.
        queries: its features of those to measure with.
        measured: its figures, if it is not the untouched model.
        notes: what the user should know.
    """

    model: Trainable
    known: Embedded
    queries: Embedded
    measured: dict[str, float] | None = None
    notes: tuple[str, ...] = ()


def start_of(
    begun: Beginning,
    unlabelled: TrainingData | None,
    *,
    callbacks: Sequence[Any] = (),
    on_error: OnError = "skip",
) -> Start:
    """Make the first step that the config asks for, if any.

    Args:
        begun: the training.
        unlabelled: what the step learns from; the samples with labels if not given.
        callbacks: of Lightning.
        on_error: what becomes of samples that a teacher cannot read.

    Raises:
        UsageError: for a method that does not suit the model.
        TrainingError: if the step diverges, or the disk is full.
    """
    data = begun.train if unlabelled is None else unlabelled
    step = first_step(begun.model, begun.config, data, callbacks=callbacks, on_error=on_error)
    if step is None:
        return Start(begun.model, begun.known, begun.queries)
    model = model_of(step.ref)
    known = embedded(model.features, begun.train, read=model.sample, what="train on")
    queries = embedded(model.features, begun.evaluation, read=model.sample, what="evaluate with")
    measured = begun.measures.of(known, queries)
    notes = noticed_of_first(
        step, begun.measures.metric, begun.baseline, measured, begun.settings.reasons
    )
    return Start(model, known, queries, measured, tuple(notes))
