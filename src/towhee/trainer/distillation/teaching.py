"""A job whose samples have the teacher's vectors: how it is made ready, run, and ended."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from towhee.errors import UsageError
from towhee.operators.base import OperatorRef
from towhee.plan.options import OnError
from towhee.trainer.distillation.taught_rows import TaughtRows
from towhee.trainer.embedding import embedded
from towhee.trainer.metrics.neighbours import directions
from towhee.trainer.models.image_model import ImageModel
from towhee.trainer.preparing import CHECKPOINTS
from towhee.trainer.pretraining.job import Built, Done, Job
from towhee.trainer.pretraining.running import run_job
from towhee.trainer.settings import Settings

logger = logging.getLogger(__name__)

DISTILLATION = "distillation"
MATCHES = ("vectors", "similarities")

_KEPT = "teacher.npy"
_FITTED = 2000
"""The most samples that the first projection is fitted to."""


@dataclass(frozen=True, slots=True)
class Teaching:
    """What a student learns of.

    Attributes:
        ref: the teacher.
        match: ``"vectors"`` or ``"similarities"``.
        label_weight: of labels beside it; 0 leaves them out.
        on_error: what becomes of samples that the teacher cannot read.
    """

    ref: OperatorRef
    match: str = "similarities"
    label_weight: float = 0.0
    on_error: OnError = "skip"

    def __post_init__(self) -> None:
        if self.match not in MATCHES:
            raise UsageError(f"match is one of {', '.join(MATCHES)}, not {self.match!r}")
        if not self.label_weight >= 0:
            raise UsageError(f"label_weight is a number of at least 0, not {self.label_weight!r}")

    @property
    def arguments(self) -> dict[str, Any]:
        """What makes one teaching another than the next."""
        return {
            "teacher": str(self.ref),
            "match": self.match,
            "label_weight": self.label_weight,
        }


def run_teaching(job: Job, teaching: Teaching) -> Done:
    """Let the teacher say its vectors once, and train the student by them.

    Args:
        job: what is to be trained, on which samples.
        teaching: what it learns of.

    Raises:
        UsageError: if labels are to be learned, and there are none.
        OperatorError: for a sample that the teacher cannot read, under ``on_error="raise"``.
        DataError: if it can read none.
    """
    if teaching.label_weight and not (job.data.labels >= 0).any():
        raise UsageError(
            f"label_weight={teaching.label_weight:g} learns labels beside the teacher, and the "
            "data has none; leave it out"
        )
    job, taught = _taught(job, teaching)

    def build(job: Job, settings: Settings) -> Built:
        return _built(job, teaching, taught)

    is_new = job.model.abilities.from_scratch or (
        isinstance(job.model, ImageModel) and job.model.spec.source == "random"
    )
    return run_job(job, build, is_new=is_new)


def _taught(job: Job, teaching: Teaching) -> tuple[Job, npt.NDArray[np.float32]]:
    """The samples that the teacher can read, and what it says of them; kept for a resume."""
    kept = job.folder / CHECKPOINTS / _KEPT
    if job.resume is not None and kept.is_file():
        vectors = np.load(kept)
        if len(vectors) == len(job.data):
            has = np.isfinite(vectors).all(1)
            return replace(job, data=job.data.subset(has)), vectors[has]
    found = embedded(
        teaching.ref,
        job.data,
        read=job.model.sample,
        on_error=teaching.on_error,
        what="ask the teacher about",
    )
    if found.vectors.ndim != 2:
        raise UsageError(f"{teaching.ref} gives no vector a sample, so nothing can learn of it")
    whole = np.full((len(job.data), found.vectors.shape[1]), np.nan, np.float32)
    whole[found.places] = directions(found.vectors)
    _keep(kept, whole)
    return replace(job, data=job.data.subset(found.places)), whole[found.places]


def _keep(path: Path, vectors: npt.NDArray[np.float32]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}")
    with beside.open("wb") as file:
        np.save(file, vectors)
    beside.replace(path)


def _built(job: Job, teaching: Teaching, taught: npt.NDArray[np.float32]) -> Built:
    import torch

    from towhee.trainer.distillation.distiller import Distiller, first_projection

    network, before = job.model.load()
    vectors = job.model.vectors(network)
    projection = before if teaching.match == "similarities" else None
    if projection is not None:
        projection.requires_grad_(False)  # it stays, and what is in front of it moves
    features = None
    if teaching.match == "vectors":
        features = _features(job)
        projection = first_projection(features[1], taught[features[0]])
    classifier = None
    if teaching.label_weight:
        features = _features(job) if features is None else features
        classifier = torch.nn.Linear(features[1].shape[1], len(job.data.classes))
    method = Distiller(vectors, teaching.match, projection, classifier, teaching.label_weight)
    rows = job.model.training_rows(job.data, _augment(job), job.config.seed)
    has_place = classifier is not None and job.model.takes_classifier(network, classifier)
    return Built(
        method,
        network,
        vectors,
        TaughtRows(rows, taught),
        projection,
        classifier if has_place else None,
    )


def _features(job: Job) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]:
    """Places of some samples, and their vectors by the untouched student."""
    random = np.random.default_rng(job.config.seed)
    chosen = np.sort(random.permutation(len(job.data))[:_FITTED])
    found = embedded(
        job.model.features, job.data.subset(chosen), read=job.model.sample, what="train on"
    )
    return chosen[found.places], found.vectors


def _augment(job: Job) -> str:
    able = job.model.abilities.augments
    return job.config.augment or ("light" if "light" in able else able[0])
