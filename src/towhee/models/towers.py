"""Towers: the halves of models, one that sees images and one that reads texts.

A model of images alone is one tower; a model that puts images and texts into one space has two.
A tower knows its files and its preparation of values; ``ImageNetwork`` and ``TextNetwork`` make
of it what every backend can run.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal, Protocol, get_args

import numpy as np
import numpy.typing as npt

from towhee.errors import UsageError
from towhee.models.network import Batch, Network
from towhee.models.preprocess import Preprocess

if TYPE_CHECKING:
    import torch

Modality = Literal["image", "text"]


class Tower(Protocol):
    """What both kinds have in common."""

    @property
    def name(self) -> str:
        """What messages call the model."""
        ...

    def digest(self) -> str | None:
        """What its vectors depend on, in hexadecimal digits; ``None`` for random weights."""
        ...

    def dimension(self) -> int:
        """The length of its vectors, read without its weights."""
        ...

    def module(self) -> torch.nn.Module:
        """The torch module with its weights, read anew."""
        ...


class ImageTower(Tower, Protocol):
    """Its module gives ``(n, d)`` for normalised pixels ``(n, 3, height, width) float32``."""

    def preprocess(self) -> Preprocess:
        """What an image goes through in front of the module."""
        ...


class TextTower(Tower, Protocol):
    """Its module gives ``(n, d)`` for token ids, and for their mask too if it ``has_mask``.

    Both are ``(n, length) int64``.
    """

    @property
    def has_mask(self) -> bool:
        """Whether the module takes a mask, 1 for tokens and 0 for padding."""
        ...

    @property
    def padding(self) -> int:
        """The token that fills up the shorter rows of a batch."""
        ...

    @property
    def filled_to(self) -> int | None:
        """How long all rows are made; ``None`` for as long as the longest of their batch."""
        ...

    def ids(self, text: str) -> npt.NDArray[np.int64]:
        """The numbers of a text's tokens, ``(length,) int64``; called from several threads."""
        ...


class TowerNetwork(Network, Protocol):
    """A tower of either kind, as every backend can be made from it."""

    @property
    def usual_length(self) -> int:
        """How long a prepared value usually is, where their lengths differ; else 1."""
        ...

    # Any: an image or a text, as the tower takes it.
    def prepared(self, value: Any, /) -> npt.NDArray[Any]:
        """What the network takes for a value."""
        ...

    def batch(self, prepared: Sequence[Any]) -> Batch:
        """The inputs for several prepared values."""
        ...


def check_modality(modality: str) -> Modality:
    """The modality, if it is one.

    Raises:
        UsageError: if it is not.
    """
    for known in get_args(Modality):
        if modality == known:
            chosen: Modality = known
            return chosen
    raise UsageError(f'modality is "image" or "text", not {modality!r}')
