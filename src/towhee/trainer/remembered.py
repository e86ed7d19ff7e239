"""Vectors of an untouched model, which several trainings on the same data need."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from towhee.operators.base import OperatorRef

if TYPE_CHECKING:
    from towhee.trainer.data import TrainingData
    from towhee.trainer.embedding import Embedded

_MOST = 2 * 2**30
"""Bytes that are kept; what is more is computed again."""


@dataclass
class Memory:
    """What was embedded, by operator and source.

    Attributes:
        folder: of the trainings; a model that lies there is not remembered, because the next
            training may put another in its place.
        kinds: of numbers that are kept: ``float32`` are vectors, ``float16`` whole layers.
        kept: by operator, source and kind: the rows that were asked for, and what they gave.
        sources: whose identity is part of the keys, so that none is gone and its place taken.
        size: in bytes.
    """

    folder: Path
    kinds: tuple[npt.DTypeLike, ...]
    kept: dict[Any, list[tuple[npt.NDArray[np.int64], Embedded]]] = field(default_factory=dict)
    sources: list[Any] = field(default_factory=list)
    size: int = 0

    def recalled(
        self,
        ref: OperatorRef,
        data: TrainingData,
        dtype: npt.DTypeLike,
        compute: Callable[[], Embedded],
    ) -> Embedded:
        """What was computed before, or is now."""
        where = dict(ref.kwargs).get("checkpoint")
        is_trained = where is not None and Path(where).resolve().is_relative_to(self.folder)
        if is_trained or np.dtype(dtype) not in [np.dtype(each) for each in self.kinds]:
            return compute()
        key = (repr(ref), id(data.values), id(data.transform), np.dtype(dtype).str)
        blocks = self.kept.setdefault(key, [])
        for rows, known in blocks:
            found = _part(rows, known, data)
            if found is not None:
                return found
        computed = compute()
        if self.size + computed.vectors.nbytes <= _MOST:
            self.size += computed.vectors.nbytes
            self.sources.append((data.values, data.transform))
            blocks.append((data.rows, computed))
        return computed


def _part(rows: npt.NDArray[np.int64], known: Embedded, data: TrainingData) -> Embedded | None:
    """The samples of data as they are known, ``None`` if some are not.

    Args:
        rows: in the source, that were embedded.
        known: what they gave.
        data: of the same source.
    """
    if not np.isin(data.rows, rows).all():
        return None
    at = {int(rows[place]): number for number, place in enumerate(known.places.tolist())}
    numbers = np.array([at.get(int(row), -1) for row in data.rows], np.int64)
    places = np.flatnonzero(numbers >= 0)
    chosen = numbers[places]
    is_whole = np.array_equal(chosen, np.arange(len(known.vectors)))
    vectors = known.vectors if is_whole else known.vectors[chosen]
    gone = tuple(data.key(int(place)) for place in np.flatnonzero(numbers < 0))
    return type(known)(vectors, data.labels[places], places, gone)


_MEMORY: ContextVar[Memory | None] = ContextVar("_MEMORY", default=None)


@contextmanager
def remembering(
    folder: Path,
    kinds: tuple[npt.DTypeLike, ...] = (np.float32, np.float16),
    known: Memory | None = None,
) -> Iterator[Memory]:
    """Samples are embedded once by each untouched model, however many trainings ask.

    Args:
        folder: of the trainings.
        kinds: of numbers that are kept.
        known: what was remembered before, to go on with; nothing if not given.
    """
    kept = Memory(folder.resolve(), kinds) if known is None else known
    token = _MEMORY.set(kept)
    try:
        yield kept
    finally:
        _MEMORY.reset(token)


def memory() -> Memory | None:
    """Where vectors are kept at the moment, ``None`` for nowhere."""
    return _MEMORY.get()
