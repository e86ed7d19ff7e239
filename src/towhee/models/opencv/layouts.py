"""What detectors in ONNX form give, and how boxes are read from it.

A layout is declared, never guessed: the numbers of one read as another are boxes too, wrong ones.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from towhee.errors import WeightsError

Floats = npt.NDArray[np.float32]
_STRIDES = (8, 16, 32)


@dataclass(frozen=True, slots=True)
class Found:
    """Candidates, before those that overlap a better one are left out.

    Attributes:
        boxes: left, top, right and bottom in pixels of the square, ``(n, 4) float32``.
        scores: ``(n,) float32``.
        classes: numbers of classes, ``(n,) int64``.
    """

    boxes: Floats
    scores: Floats
    classes: npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Layout:
    """How a kind of detector is fed and read.

    Attributes:
        read: what its outputs say, for the side of the square that it was given.
        divisor: what pixels of 0 to 255 are divided by.
        mean: what is subtracted from them first.
        is_centred: whether the image lies in the middle of the square.
        keeps_proportions: whether it lies in a square at all; it is stretched to one otherwise.
    """

    read: Callable[[list[Floats], int], Found]
    divisor: float = 255.0
    mean: float = 0.0
    is_centred: bool = True
    keeps_proportions: bool = True


def _yolov5(outputs: list[Floats], side: int) -> Found:
    """``(1, n, 5 + classes)``: middle, size, whether there is anything, and of which class."""
    rows = _table(outputs, least=6)
    return _best(_edges(rows[:, :4]), rows[:, 5:] * rows[:, 4:5])


def _yolov8(outputs: list[Floats], side: int) -> Found:
    """``(1, 4 + classes, n)``: middle, size, and of which class."""
    rows = _table(outputs, least=1).T
    if rows.shape[1] < 5:
        raise _other(outputs)
    return _best(_edges(rows[:, :4]), rows[:, 4:])


def _yolox(outputs: list[Floats], side: int) -> Found:
    """As YOLOv5's, but from the corner of each cell, in cells, and sizes as logarithms."""
    rows = _table(outputs, least=6)
    corners, strides = _cells(side)
    if len(rows) != len(corners):
        raise _other(outputs)
    middle = (rows[:, :2] + corners) * strides
    boxes = _edges(np.concatenate([middle, np.exp(rows[:, 2:4]) * strides], axis=1))
    return _best(boxes, rows[:, 5:] * rows[:, 4:5])


def _ssd(outputs: list[Floats], side: int) -> Found:
    """``(1, 1, n, 7)``: image, class, score, and edges in parts of the sides."""
    rows = outputs[0].reshape(-1, outputs[0].shape[-1])
    if rows.shape[1] != 7:
        raise _other(outputs)
    return Found(rows[:, 3:7] * np.float32(side), rows[:, 2], rows[:, 1].astype(np.int64))


LAYOUTS = {
    "yolov5": Layout(_yolov5),
    "yolov8": Layout(_yolov8),
    "yolox": Layout(_yolox, divisor=1.0, is_centred=False),
    "ssd": Layout(_ssd, divisor=127.5, mean=127.5, keeps_proportions=False),
}
"""The kinds of detectors, by name."""


def _table(outputs: list[Floats], *, least: int) -> Floats:
    table = outputs[0]
    if table.ndim != 3 or len(table) != 1 or table.shape[2] < least:
        raise _other(outputs)
    rows: Floats = table[0]
    return rows


def _edges(boxes: Floats) -> Floats:
    """Left, top, right and bottom of boxes that are given by middle and size."""
    half = boxes[:, 2:] / 2
    return np.concatenate([boxes[:, :2] - half, boxes[:, :2] + half], axis=1)


def _best(boxes: Floats, scores: Floats) -> Found:
    """Each box with the class that scores best."""
    classes = scores.argmax(axis=1)
    return Found(boxes, scores[np.arange(len(scores)), classes], classes)


def _cells(side: int) -> tuple[Floats, Floats]:
    """The corners of all cells, row by row, and the side of each in pixels."""
    corners, strides = [], []
    for stride in _STRIDES:
        count = side // stride
        rows, columns = np.divmod(np.arange(count * count), count)
        corners.append(np.stack([columns, rows], axis=1))
        strides.append(np.full((count * count, 1), stride))
    return np.concatenate(corners).astype(np.float32), np.concatenate(strides).astype(np.float32)


def _other(outputs: list[Floats]) -> WeightsError:
    shapes = ", ".join(str(output.shape) for output in outputs)
    return WeightsError(
        f"this model gives {shapes}, which is another layout; layout= takes {', '.join(LAYOUTS)}"
    )
