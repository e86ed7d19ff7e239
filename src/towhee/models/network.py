"""A model before a backend has it: the torch module, and the ONNX file made of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import torch
    from typing_extensions import Self

Batch = tuple["npt.NDArray[Any]", ...]
"""One batch as a backend takes it: an array for each input of the model."""


class Graph(Protocol):
    """A model that can be had in ONNX form."""

    @property
    def name(self) -> str:
        """What messages call the model."""
        ...

    @property
    def key(self) -> str | None:
        """Hexadecimal digits that stand for weights, layer and preprocessing.

        What is found out about the model is remembered by them; ``None`` for random weights.
        """
        ...

    def onnx(self) -> bytes:
        """The content of an ONNX file that gives ``(n, d)`` vectors for batches of any size."""
        ...

    def calibration(self) -> list[Batch]:
        """Real inputs on which backends are compared, each a batch of one row."""
        ...

    def joined(self, rows: Sequence[Batch]) -> Batch:
        """One batch of several; where their rows differ in length, they are padded."""
        ...


class Network(Graph, Protocol):
    """A model that can be had as a torch module too, which is the reference."""

    def module(self) -> torch.nn.Module:
        """The torch module that gives ``(n, d)`` vectors for the inputs of a batch."""
        ...

    def unloaded(self) -> Self:
        """The same model with nothing of it in memory."""
        ...


def concatenated(rows: Sequence[Batch]) -> Batch:
    """One batch of several whose rows have the same shape.

    Example:
        >>> (joined,) = concatenated([(np.zeros((1, 4)),), (np.ones((2, 4)),)])
        >>> joined.shape
        (3, 4)
    """
    return tuple(np.concatenate(parts) for parts in zip(*rows, strict=True))
