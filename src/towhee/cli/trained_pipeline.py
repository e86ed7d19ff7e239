"""A pipeline with a trained model in place of its own."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from towhee.cli.written_steps import operators_of, written_step
from towhee.errors import UsageError

if TYPE_CHECKING:
    from towhee.operators.base import OperatorRef
    from towhee.pipelines import Pipeline
    from towhee.trainer.data import TrainingData

PIPELINE_FILE = "pipeline.yaml"


def check_chain(made: Pipeline) -> None:
    """Refuse a graph.

    Raises:
        UsageError: then.
    """
    from towhee.pipelines import Pipeline

    if not isinstance(made, Pipeline):
        raise UsageError("this is a pipe without a name, and only chains are trained here")
    if made.spec.graph is not None:
        raise UsageError(
            f"pipeline {made.spec.name!r} is a graph, and only chains are trained here; train its "
            "operator in Python: ops.….train(…)"
        )


def trainable_place(made: Pipeline, data: TrainingData) -> tuple[int, OperatorRef]:
    """Which step of a pipeline can be trained on data.

    Returns:
        Its place among the steps, and the operator.

    Raises:
        UsageError: if none can.
    """
    from towhee.trainer.models.kinds import is_trainable, trainable_names
    from towhee.trainer.pairs import holds_pairs

    name = made.spec.name
    found = [
        (place, ref)
        for place, ref in enumerate(operators_of(made))
        if is_trainable(ref) or holds_pairs(ref, data)
    ]
    if not found:
        raise UsageError(
            f"pipeline {name!r} runs {', '.join(made.spec.operators)}, none of which can be "
            f"trained; those of {', '.join(trainable_names())} can, such as "
            "image-embedding-resnet50 (`towhee pipelines` lists them)"
        )
    return found[-1]


def write_pipeline(
    file: Path, made: Pipeline, place: int, trained: OperatorRef, *, trained_on: str
) -> None:
    """Write a pipeline whose step at a place is the trained operator.

    The model's folder lies beside the file and goes by its path from there, so that both can be
    moved together.

    Args:
        file: to be written, whole.
        made: the pipeline that was trained.
        place: of the step.
        trained: the operator.
        trained_on: what the data were called.
    """
    from towhee.hub.strict_yaml import yaml_text

    refs = operators_of(made)
    refs[place] = trained
    spec = made.spec
    about: dict[str, Any] = {
        "name": f"{spec.name}-trained",
        "data": spec.data,
        "summary": f"{spec.name}, trained on {trained_on}",
    }
    dimension = getattr(trained.instantiate(), "dimension", None)
    if place == len(refs) - 1 and isinstance(dimension, int):
        about["dimension"] = dimension
    about |= {
        name: value
        for name, value in (("license", spec.license), ("extra", spec.extra))
        if value is not None
    }
    about["steps"] = [written_step(ref, file.parent) for ref in refs]
    beside = file.with_name(f".{file.name}")
    beside.write_text(yaml_text(about), "utf-8")
    os.replace(beside, file)
