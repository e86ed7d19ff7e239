"""Vectors of pairs, by the operators that serve them; equal values are embedded once."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
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
from towhee.trainer.pairs.pair_data import Pairs, Scores


@dataclass(frozen=True, slots=True)
class PairVectors:
    """Vectors of the pairs that could be read.

    Attributes:
        vectors: for each side distinct values, ``(values, d) float32``; sides of one operator
            have them in common, so that equal values are one.
        rows: for each side, which of its vectors each pair has, ``(pairs,) int64``.
        scores: of each pair, ``None`` where there are none.
        places: of each pair in the data, rising.
        skipped: the keys of pairs that could not be read.
    """

    vectors: tuple[npt.NDArray[np.float32], ...]
    rows: tuple[npt.NDArray[np.int64], ...]
    scores: Scores | None
    places: npt.NDArray[np.int64]
    skipped: tuple[str, ...] = ()

    def of_pairs(self, side: int) -> npt.NDArray[np.float32]:
        """The vectors of a side, one for each pair."""
        return self.vectors[side][self.rows[side]]

    def reversed(self) -> PairVectors:
        """The same pairs, the second value first."""
        vectors, rows = self.vectors[::-1], self.rows[::-1]
        return PairVectors(vectors, rows, self.scores, self.places, self.skipped)

    def with_vectors(self, vectors: Sequence[npt.NDArray[np.float32]]) -> PairVectors:
        """The same pairs by other vectors."""
        return PairVectors(tuple(vectors), self.rows, self.scores, self.places, self.skipped)


def embedded_pairs(
    refs: Sequence[OperatorRef], pairs: Pairs, *, on_error: OnError = "skip", what: str = "data"
) -> PairVectors:
    """The vectors that operators give for pairs, as a user would get them.

    Args:
        refs: the operator of each side.
        pairs: what is embedded.
        on_error: ``"skip"`` goes on without pairs that cannot be read; they are logged by key.
        what: what messages call the data.

    Raises:
        OperatorError: for a value that cannot be read, under ``"raise"``.
        DataError: if no pair can be read.
    """
    keys = pairs.keys
    found = [(np.empty((0, 0), np.float32), np.empty(0, np.int64)) for _ in refs]
    for ref in dict.fromkeys(refs):
        sides = [number for number, each in enumerate(refs) if each == ref]
        vectors, rows = _embedded([pairs.sides[side] for side in sides], ref, keys, on_error)
        for side, own in zip(sides, rows, strict=True):
            found[side] = vectors, own
    is_there = np.all([rows >= 0 for _, rows in found], axis=0)
    if not is_there.any():
        raise DataError(f"none of the {len(pairs)} pairs to {what} could be read; see the log")
    places = np.flatnonzero(is_there)
    return PairVectors(
        tuple(vectors for vectors, _ in found),
        tuple(rows[places] for _, rows in found),
        None if pairs.scores is None else pairs.scores[places],
        places,
        tuple(keys[place] for place in np.flatnonzero(~is_there)),
    )


def distinct(
    sides: Sequence[TrainingData],
) -> tuple[list[tuple[int, int]], list[npt.NDArray[np.int64]]]:
    """The distinct values of some sides, by side and place, and which of them each place holds."""
    known: dict[Hashable, int] = {}
    firsts: list[tuple[int, int]] = []
    rows = [np.empty(len(side), np.int64) for side in sides]
    for number, side in enumerate(sides):
        for place in range(len(side)):
            name = _name(side, place) or (number, place)
            if name not in known:
                known[name] = len(firsts)
                firsts.append((number, place))
            rows[number][place] = known[name]
    return firsts, rows


def _name(side: TrainingData, place: int) -> Hashable:
    """What equal values have in common, their text or path or the digest of their content."""
    value = side.values[int(side.rows[place])]
    if isinstance(value, str):
        return value
    try:
        return side.digest(place)
    except DataError:  # whoever reads it says what is wrong with it
        return None


def _embedded(
    sides: Sequence[TrainingData], ref: OperatorRef, keys: Sequence[str], on_error: OnError
) -> tuple[npt.NDArray[np.float32], list[npt.NDArray[np.int64]]]:
    """The distinct vectors, and which of them each place has; -1 for one not to be read."""
    firsts, rows = distinct(sides)
    source = Values(firsts, [_Key(keys[place], row) for row, (_, place) in enumerate(firsts)])
    plan = Plan.of(source).then(Map(_Read(sides))).then(Map(ref)).with_options(on_error=on_error)
    vectors: list[npt.NDArray[np.float32]] = []
    numbers = np.full(len(firsts), -1)
    for chunk in run(plan):
        for key, vector in zip(chunk.keys, chunk.columns[VALUE], strict=True):
            numbers[key.row] = len(vectors)
            vectors.append(np.asarray(vector, np.float32))
    found = np.stack(vectors) if vectors else np.empty((0, 0), np.float32)
    return found, [numbers[own] for own in rows]


class _Key(str):
    """A value's key, which knows its number: keys need not be unique."""

    __slots__ = ("row",)
    row: int

    def __new__(cls, key: str, row: int) -> _Key:
        made = super().__new__(cls, key)
        made.row = row
        return made


class _Read(Operator[tuple[int, int], Any]):
    """A value of one of the sides, read; images decoded."""

    placement = "threads"

    def __init__(self, sides: Sequence[TrainingData]) -> None:
        self._sides = tuple(sides)

    def __call__(self, value: tuple[int, int]) -> Any:
        number, place = value
        side = self._sides[number]
        return serving_image(side, place) if side.images else side[place].value
