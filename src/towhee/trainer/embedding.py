"""Vectors of training data, by the operator itself on the engine that serves it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from towhee.engine import run
from towhee.errors import DataError
from towhee.operators.base import Operator, OperatorRef
from towhee.plan.options import OnError
from towhee.plan.plan import Plan
from towhee.plan.source import Values
from towhee.plan.step import VALUE, Map
from towhee.trainer.data import TrainingData
from towhee.trainer.image_values import serving_image
from towhee.types import Image


@dataclass(frozen=True, slots=True)
class Embedded:
    """Vectors of those samples that could be read.

    Attributes:
        vectors: ``(n, d) float32``.
        labels: of each, ``(n,) int64``.
        places: where each sample is in the data, ``(n,) int64``, rising.
        skipped: the keys of samples that could not be read.
    """

    vectors: npt.NDArray[np.float32]
    labels: npt.NDArray[np.int64]
    places: npt.NDArray[np.int64]
    skipped: tuple[str, ...] = ()

    def subset(self, places: npt.NDArray[np.int64]) -> Embedded:
        """Those at some of the places of the data, as far as they could be read."""
        kept = np.isin(self.places, places)
        return Embedded(self.vectors[kept], self.labels[kept], self.places[kept], self.skipped)

    def with_vectors(self, vectors: npt.NDArray[np.float32]) -> Embedded:
        """The same samples by other vectors."""
        return Embedded(vectors, self.labels, self.places, self.skipped)


def embedded(
    ref: OperatorRef,
    data: TrainingData,
    *,
    on_error: OnError = "skip",
    what: str = "data",
    dtype: npt.DTypeLike = np.float32,
) -> Embedded:
    """The vectors that an operator on images gives for the samples, as a user would get them.

    Args:
        ref: the operator.
        data: the samples.
        on_error: ``"skip"`` goes on without what cannot be read; it is logged by its key.
        what: what messages call the data.
        dtype: of the vectors; ``float16`` takes half the memory.

    Raises:
        OperatorError: for a sample that cannot be read, under ``"raise"``.
        DataError: if none can be read.
    """
    keys = data.sample_keys
    source = Values(range(len(data)), [_Key(key, place) for place, key in enumerate(keys)])
    plan = Plan.of(source).then(Map(_Read(data))).then(Map(ref)).with_options(on_error=on_error)
    vectors: list[npt.NDArray[Any]] = []
    places: list[int] = []
    for chunk in run(plan):
        vectors += [np.asarray(vector, dtype) for vector in chunk.columns[VALUE]]
        places += [key.place for key in chunk.keys]
    if not vectors:
        raise DataError(f"none of the {len(data)} samples to {what} could be read; see the log")
    found = np.array(places, np.int64)
    missing = np.setdiff1d(np.arange(len(data)), found)
    return Embedded(
        np.stack(vectors), data.labels[found], found, tuple(keys[place] for place in missing)
    )


class _Key(str):
    """A sample's key, which knows the sample's place: keys need not be unique."""

    __slots__ = ("place",)
    place: int

    def __new__(cls, key: str, place: int) -> _Key:
        made = super().__new__(cls, key)
        made.place = place
        return made


class _Read(Operator[int, Image]):
    """The image of a sample, read and decoded."""

    placement = "threads"

    def __init__(self, data: TrainingData) -> None:
        self._data = data

    def __call__(self, value: int) -> Image:
        return serving_image(self._data, value)
