"""A training that the command line asks for: its data, its course, and what is told of it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from towhee.cli.messages import say, say_json, say_table
from towhee.cli.step_progress import step_progress
from towhee.cli.trained_pipeline import (
    PIPELINE_FILE,
    check_chain,
    trainable_place,
    write_pipeline,
)

if TYPE_CHECKING:
    from towhee.operators.base import OperatorRef
    from towhee.trainer.data import TrainingData
    from towhee.trainer.folds import CrossValidation
    from towhee.trainer.hyperparameters import SearchResult
    from towhee.trainer.ray_training.placement import Placement
    from towhee.trainer.result import TrainingResult
    from towhee.trainer.training_config import TrainingConfig


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the command line says.

    Attributes:
        pipeline: by name or file.
        data: to train on.
        evaluation: to measure with.
        test: to measure the best of several trainings with.
        label: the column of labels.
        values: the columns of values.
        trials: of a search.
        folds: of a cross-validation.
        on_error: what a sample that cannot be read does.
        as_json: whether the result is told as JSON.
        engine: ``"local"`` or ``"ray"``.
        placement: on a cluster.
    """

    pipeline: str
    data: str
    evaluation: str | None
    test: str | None
    label: str | None
    values: tuple[str, ...]
    trials: int | None
    folds: int | None
    on_error: Literal["skip", "raise"]
    as_json: bool
    engine: str
    placement: Placement


def carry_out(wanted: Wanted, config: TrainingConfig, output: Path) -> None:
    """Train, write ``pipeline.yaml``, and tell what was gained."""
    from towhee.pipelines import pipeline

    made = pipeline(wanted.pipeline)
    check_chain(made)
    data = _read(wanted.data, wanted)
    place, ref = trainable_place(made, data)
    evaluation = None if wanted.evaluation is None else _read(wanted.evaluation, wanted)
    table: list[tuple[Any, ...]] = []
    about: dict[str, Any] = {}
    if wanted.folds is not None:
        found = _validated(ref, config, data, wanted)
        assert found.result is not None  # it was asked for
        result = found.result
        table = found.rows()
        about = {"folds": len(found.folds), "deviation": dict(found.deviation)}
        page = output / "folds.html"
    elif wanted.trials is not None:
        searched = _searched(ref, config, data, evaluation, wanted)
        result = searched.result
        table = _trials(searched)
        about = _of_search(searched)
        page = output / "trials.html"
    else:
        result = _trained(ref, config, data, evaluation, wanted)
        page = output / "report.html"
    file = output / PIPELINE_FILE
    write_pipeline(file, made, place, result.ref, trained_on=wanted.data)
    if wanted.as_json:
        say_json({**_as_json(result), **about, "page": str(page), "pipeline": str(file)})
        return
    for name, reason in result.reasons.items():
        say(f"{name}: {reason}")
    if result.reasons:
        say("")
    if table:
        say_table([str(each) for each in table[0]], [_shown(row) for row in table[1:]])
        say("")
    columns = {"untouched": result.baseline, "trained": result.metrics}
    if "test" in about:
        columns |= {"untouched, test": about["untouched_test"], "trained, test": about["test"]}
    say_table(
        ("measure", *columns),
        [(name, *(f"{each[name]:.4f}" for each in columns.values())) for name in result.metrics],
    )
    _say_use(made.spec.data, file, page)


def _say_use(data: str, file: Path, page: Path) -> None:
    say(f"\n{page} shows more.")
    say(f"{file} serves the trained model:")
    if data in ("image", "any"):
        say(f"  towhee embed photos/ -o photos.parquet --pipeline {file}")
    else:
        say(f"  towhee run {file} INPUT")
    say(f'  pipeline("{file}")  # in Python')


def _read(source: str, wanted: Wanted) -> TrainingData:
    from towhee.trainer import dataset

    if source != wanted.data and os.path.isdir(source):  # it has no columns, as the other may
        return dataset(source)
    values = wanted.values if len(wanted.values) > 1 else (wanted.values or (None,))[0]
    return dataset(source, label=wanted.label, value=values)


def _trained(
    ref: OperatorRef,
    config: TrainingConfig,
    data: TrainingData,
    evaluation: TrainingData | None,
    wanted: Wanted,
) -> TrainingResult:
    from towhee.trainer.ray_training.placement import placement_of
    from towhee.trainer.ray_training.training import train_on_cluster
    from towhee.trainer.training import train

    there = placement_of(wanted.engine, wanted.placement)
    if there is None:
        return train(ref, config, data, evaluation, on_error=wanted.on_error)
    return train_on_cluster(
        ref, config, data, evaluation, placement=there, on_error=wanted.on_error
    )


def _searched(
    ref: OperatorRef,
    config: TrainingConfig,
    data: TrainingData,
    evaluation: TrainingData | None,
    wanted: Wanted,
) -> SearchResult:
    from towhee.trainer.hyperparameters import tune
    from towhee.trainer.ray_training.placement import placement_of
    from towhee.trainer.ray_training.searching import OnCluster

    there = placement_of(wanted.engine, wanted.placement)
    with step_progress() as told:
        return tune(
            ref,
            _without_bars(config),
            data,
            evaluation,
            trials=wanted.trials or 1,
            test=None if wanted.test is None else _read(wanted.test, wanted),
            on_error=wanted.on_error,
            told=told,
            place=None if there is None else OnCluster(there),
        )


def _validated(
    ref: OperatorRef, config: TrainingConfig, data: TrainingData, wanted: Wanted
) -> CrossValidation:
    from towhee.trainer.folds import cross_validate

    with step_progress() as told:
        return cross_validate(
            ref,
            _without_bars(config),
            data,
            folds=wanted.folds or 2,
            train_on_all=True,
            on_error=wanted.on_error,
            told=told,
        )


def _without_bars(config: TrainingConfig) -> TrainingConfig:
    """A training among several shows no bar: what is shown is which of them it is."""
    return config if config.print_steps else config.replace(print_steps=1000)


def _trials(found: SearchResult) -> list[tuple[Any, ...]]:
    from towhee.trainer.hyperparameters.search_result import trial_rows

    return [*trial_rows(found.trials, found.result.metric, found.result.baseline)]


def _of_search(found: SearchResult) -> dict[str, Any]:
    about: dict[str, Any] = {
        "best": found.best.number,
        "settings": dict(found.best.settings),
        "trials": [trial.to_dict() for trial in found.trials],
        "notes": list(found.notes),
    }
    if found.test:
        about |= {"test": dict(found.test), "untouched_test": dict(found.untouched_test)}
    return about


def _as_json(result: TrainingResult) -> dict[str, Any]:
    return {
        "method": result.method,
        "metric": result.metric,
        "baseline": dict(result.baseline),
        "metrics": dict(result.metrics),
        "is_better": result.is_better,
        "reasons": dict(result.reasons),
        "warnings": list(result.warnings),
        "skipped": list(result.skipped),
        "model": str(result.folder),
    }


def _shown(row: tuple[Any, ...]) -> tuple[str, ...]:
    return tuple(f"{cell:.4f}" if isinstance(cell, float) else str(cell) for cell in row)
