"""Pairs as the trainer takes them: one column of values a side, and scores where there are some."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, overload

import numpy as np
import numpy.typing as npt

from towhee.errors import UsageError
from towhee.trainer.data import NO_LABEL, TrainingData
from towhee.trainer.media import is_picture

Scores = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Pairs:
    """Rows of two or three values that belong together.

    Attributes:
        sides: the first values of all rows, the second, and perhaps the third, as data without
            labels.
        scores: how alike the two of each row are, ``(n,)``; ``None`` for rows that all belong
            together.
    """

    sides: tuple[TrainingData, ...]
    scores: Scores | None

    def __len__(self) -> int:
        return len(self.sides[0])

    @property
    def kind(self) -> str:
        """``"scored pairs"``, ``"pairs"``, or ``"triplets"``, whose third does not belong."""
        if self.scores is not None:
            return "scored pairs"
        return "pairs" if len(self.sides) == 2 else "triplets"

    @property
    def classes(self) -> tuple[str, ...]:
        """None: pairs have no labels."""
        return ()

    @property
    def keys(self) -> list[str]:
        """What the rows are called."""
        return self.sides[0].sample_keys

    def subset(self, places: npt.NDArray[np.int64]) -> Pairs:
        """The rows at these places."""
        scores = None if self.scores is None else self.scores[places]
        return Pairs(tuple(side.subset(places) for side in self.sides), scores)


def has_tuples(data: TrainingData) -> bool:
    """Whether each sample has several values."""
    return len(data) > 0 and isinstance(data.values[int(data.rows[0])], tuple)


def pairs_of(data: TrainingData, what: str) -> Pairs:
    """The pairs in data whose samples are tuples.

    Args:
        data: of which every sample has two or three values.
        what: messages call it.

    Raises:
        UsageError: if samples have fewer or more values, or three and a score.
    """
    width = len(data[0].value)
    if width not in (2, 3):
        raise UsageError(
            f"the samples to {what} have {width} values; pairs have two, triplets three: an "
            "anchor, what belongs to it, and what does not"
        )
    scores = _scores(data)
    if scores is not None and width == 3:
        raise UsageError(
            f"the samples to {what} have three values and a score; a score says how alike two "
            "values are: name two of them with value=(…, …), or pass label=False"
        )
    sides = tuple(_side(data, number) for number in range(width))
    return Pairs(sides, scores)


def _side(data: TrainingData, number: int) -> TrainingData:
    values = _Side(data, number)
    return TrainingData(
        values,
        np.full(len(data), NO_LABEL),
        (),
        data.sample_keys,
        files=data.files,
        images=is_picture(values[0], data.files),
    )


def _scores(data: TrainingData) -> Scores | None:
    if data.scores is not None:
        return np.asarray(data.scores, np.float64)[data.rows]
    if not data.classes:
        return None
    shown = ", ".join(map(repr, data.classes[:3]))
    raise UsageError(
        f"the label of a pair is a number, how alike its two values are, and not {shown}; name "
        "the column with label=…, or pass label=False for pairs that all belong together"
    )


class _Side(Sequence[Any]):
    """One value of each sample, read when it is asked for."""

    def __init__(self, data: TrainingData, number: int) -> None:
        self._data, self._number = data, number

    def __len__(self) -> int:
        return len(self._data)

    @overload
    def __getitem__(self, index: int) -> Any: ...
    @overload
    def __getitem__(self, index: slice) -> list[Any]: ...
    def __getitem__(self, index: int | slice) -> Any:
        if isinstance(index, slice):
            return [self[place] for place in range(len(self))[index]]
        return self._data[index].value[self._number]

    def __iter__(self) -> Iterator[Any]:
        return (self[place] for place in range(len(self)))
