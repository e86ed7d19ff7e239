"""Vectors of training data, by the operator itself on the engine that serves it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
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
from towhee.trainer.remembered import memory

_ON_CPU, _ON_GPU = 16, 128

ReadSample = Callable[[TrainingData, int], Any]


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
    read: ReadSample = serving_image,
    on_error: OnError = "skip",
    what: str = "data",
    dtype: npt.DTypeLike = np.float32,
) -> Embedded:
    """The vectors that an operator gives for the samples, as a user would get them.

    Args:
        ref: the operator.
        data: the samples.
        read: gives a sample as the operator takes it; images by default.
        on_error: ``"skip"`` goes on without what cannot be read; it is logged by its key.
        what: what messages call the data.
        dtype: of the vectors; ``float16`` takes half the memory.

    Raises:
        OperatorError: for a sample that cannot be read, under ``"raise"``.
        DataError: if none can be read.
    """
    kept = memory()
    compute = partial(_computed, ref, data, read, on_error, what, dtype)
    return compute() if kept is None else kept.recalled(ref, data, dtype, compute)


def _computed(
    ref: OperatorRef,
    data: TrainingData,
    read: ReadSample,
    on_error: OnError,
    what: str,
    dtype: npt.DTypeLike,
) -> Embedded:
    keys = data.sample_keys
    source = Values(range(len(data)), [_Key(key, place) for place, key in enumerate(keys)])
    steps = Plan.of(source).then(Map(_Read(data, read))).then(Map(ref))
    plan = steps.with_options(on_error=on_error, batch_size=_batch_size())
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


def _batch_size() -> int:
    """Rows of a batch, which a sum depends on in the last bit, and so does what is learned of it.

    An engine that finds it by measuring finds another one every time.
    """
    import torch

    return _ON_GPU if torch.cuda.is_available() else _ON_CPU


class _Key(str):
    """A sample's key, which knows the sample's place: keys need not be unique."""

    __slots__ = ("place",)
    place: int

    def __new__(cls, key: str, place: int) -> _Key:
        made = super().__new__(cls, key)
        made.place = place
        return made


# Any: what operators take has no common type.
class _Read(Operator[int, Any]):
    """A sample, read and decoded."""

    placement = "threads"

    def __init__(self, data: TrainingData, read: ReadSample) -> None:
        self._data, self._read = data, read

    def __call__(self, value: int) -> Any:
        return self._read(self._data, value)
