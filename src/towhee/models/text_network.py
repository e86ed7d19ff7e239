"""The tower of a model that reads texts, as every backend can be made from it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from towhee.models.text.token_network import TokenNetwork
from towhee.models.towers import TextTower

if TYPE_CHECKING:
    import torch


class TextNetwork(TokenNetwork):
    """Vectors ``(n, d)`` for token ids, and their mask if the tower takes one.

    Args:
        tower: the model.
        texts: on which backends are compared; the sample sentences if there are none.
    """

    def __init__(self, tower: TextTower, texts: Sequence[str] = ()) -> None:
        self._tower = tower
        self._given = texts
        super().__init__(
            tower.name,
            tower,
            padding=tower.padding,
            texts=texts,
            has_mask=tower.has_mask,
            filled_to=tower.filled_to or 0,
        )

    def unloaded(self) -> TextNetwork:
        """The same model with nothing of it in memory but its tokenizer."""
        return TextNetwork(self._tower, self._given)

    @cached_property
    def key(self) -> str | None:
        """What the vectors depend on, as one digest; ``None`` for random weights."""
        return self._tower.digest()

    def read_module(self) -> torch.nn.Module:
        """The tower, as its library computes it."""
        return self._tower.module()

    def prepared(self, text: str) -> npt.NDArray[np.int64]:
        """The numbers of a text's tokens, ``(length,) int64``.

        Raises:
            DataError: for a text that is no Unicode.
        """
        return self._tower.ids(text)
