"""From the numbers that a classifier gives to the classes that they stand for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from towhee.types import Classification

F = TypeVar("F", bound=np.floating)


def softmax(logits: npt.NDArray[F]) -> npt.NDArray[F]:
    """The shares of belief that rows of logits stand for, ``(n, classes)``.

    Example:
        >>> softmax(np.array([[0.0, 0.0], [1000.0, 0.0]])).tolist()
        [[0.5, 0.5], [1.0, 0.0]]
    """
    raised: npt.NDArray[F] = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares: npt.NDArray[F] = raised / raised.sum(axis=1, keepdims=True)
    return shares


def surest_classes(
    scores: npt.NDArray[F], labels: Mapping[int, str] | Sequence[str], topk: int | None
) -> list[list[Classification]]:
    """For each row of scores its classes, the surest first.

    Args:
        scores: ``(n, classes)``.
        labels: the names of the classes by their places.
        topk: how many to give; all if ``None``.

    Example:
        >>> surest_classes(np.array([[0.25, 0.75]]), ["wren", "towhee"], topk=1)
        [[Classification(label='towhee', score=0.75)]]
    """
    order = np.argsort(-scores, axis=1, kind="stable")[:, :topk]
    return [
        [Classification(labels[place], float(row[place])) for place in places]
        for row, places in zip(scores, order.tolist(), strict=True)
    ]
