"""What a training on labels ends with: the model's folder, its figures, its card and its report."""

from __future__ import annotations

import logging
from dataclasses import replace

from towhee.engine.operators import forget_models
from towhee.trainer.beginning import Beginning
from towhee.trainer.embedding import Embedded, embedded
from towhee.trainer.preparing import MODEL
from towhee.trainer.report import ReportData
from towhee.trainer.reporting import (
    REPORT,
    noticed_of_course,
    noticed_of_outcome,
    write_training_report,
)
from towhee.trainer.result import Measured, TrainingResult
from towhee.trainer.starting import Start
from towhee.trainer.task import Learned
from towhee.trainer.trained_folder import card_text, write_card

logger = logging.getLogger(__name__)


def end(
    begun: Beginning,
    start: Start,
    learned: Learned,
    *,
    measured: Measured | None = None,
    model_card: str | None = None,
) -> tuple[TrainingResult, Embedded]:
    """Write the trained model, and measure it as it is served.

    Args:
        begun: the training.
        start: what was trained.
        learned: what it became.
        measured: the figures of other trainings, which are then those of this one.
        model_card: its text; written from the figures if not given.

    Returns:
        The result, and the vectors of the samples to measure with.

    Raises:
        TrainingError: if the model cannot be written.
    """
    target = begun.folder / MODEL
    start.model.write(target, learned, begun.train.classes)
    forget_models()  # an earlier training may have left one at the same place, which is kept
    ref, read, measures = start.model.trained(target), begun.model.sample, begun.measures
    after = embedded(ref, begun.evaluation, read=read, what="evaluate with")
    searched = begun.train.subset(measures.gallery)
    metrics = measures.of(embedded(ref, searched, read=read, what="search"), after)
    history = tuple(learned.outcome.history)
    notes = [*begun.notes, *start.notes]
    baseline = begun.baseline
    if measured is not None:
        baseline, metrics = dict(measured.baseline), dict(measured.metrics)
    else:
        notes += noticed_of_course(history, measures.metric, after)
    unit = begun.model.abilities.unit
    notes += noticed_of_outcome(measures.metric, baseline, metrics, begun.skipped, "samples")
    for note in notes:
        logger.warning("%s", note)
    done = TrainingResult(
        folder=target,
        ref=ref,
        method=begun.settings.method,
        metric=measures.metric.name,
        baseline=baseline,
        pretrained=start.measured,
        metrics=metrics,
        larger_is_better=measures.metric.larger_is_better,
        history=history,
        reasons=begun.settings.reasons,
        warnings=tuple(notes),
        skipped=begun.skipped,
    )
    how = f"on {len(begun.evaluation)} others" if measured is None else measured.how
    write_card(target, model_card or _card(begun, done, unit, learned.trained, how))
    return done, after


def tell_report(
    begun: Beginning, start: Start, done: TrainingResult, after: Embedded
) -> TrainingResult:
    """The result with a page that shows it.

    Args:
        begun: the training.
        start: what was trained.
        done: its result.
        after: the vectors of the samples to measure with, by the trained model.
    """
    done = replace(done, report=begun.folder / REPORT)
    write_training_report(
        begun.folder / REPORT,
        ReportData(
            title=f"{begun.model.about.name}, {done.method}",
            subtitle=str(done),
            metric=done.metric,
            larger_is_better=done.larger_is_better,
            baseline=done.baseline,
            pretrained=done.pretrained or {},
            metrics=done.metrics,
            warnings=done.warnings,
            config=_config(begun),
            reasons=done.reasons,
            history=done.history,
            classes=begun.train.classes,
        ),
        start.model,
        done.ref,
        begun.evaluation,
        begun.queries.subset(after.places),
        after,
        seed=begun.config.seed,
    )
    return done


def _card(begun: Beginning, done: TrainingResult, unit: str, trained: str, how: str) -> str:
    return card_text(
        about=begun.model.about,
        operator=done.ref.name,
        unit=unit,
        method=done.method,
        trained=trained,
        classes=begun.train.classes,
        count=len(begun.train),
        measured=how,
        figures={name: (done.baseline[name], done.metrics[name]) for name in done.metrics},
        reasons=done.reasons,
        settings=_config(begun),
        warnings=done.warnings,
    )


def _config(begun: Beginning) -> dict[str, object]:
    """What the user said, without where on the disk it was."""
    return {**begun.config.to_dict(), "output_dir": begun.folder.name}
