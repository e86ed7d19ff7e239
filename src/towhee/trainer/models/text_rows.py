"""Texts as networks take them: the numbers of their tokens, padded batch by batch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from towhee.errors import DataError
from towhee.models.network import Batch
from towhee.operators.text_embedding.text import as_text
from towhee.trainer.data import TrainingData

Ids = npt.NDArray[np.int64]


class TextRows:
    """Samples that are texts, for a ``torch.utils.data.DataLoader``.

    Args:
        data: the samples.
        tokens: the numbers of a text's tokens.
        batch: the inputs of a network for several texts.
    """

    in_memory = True

    def __init__(
        self,
        data: TrainingData,
        tokens: Callable[[str], Ids],
        batch: Callable[[Sequence[Ids]], Batch],
    ) -> None:
        self._data, self._tokens, self._batch = data, tokens, batch

    def __len__(self) -> int:
        return len(self._data)

    def __getitem__(self, index: tuple[int, int]) -> tuple[Any, int] | str:
        """Token numbers ``(length,)`` and the label; the message of a sample that is no text."""
        place = index[1]
        try:
            ids = self._tokens(as_text(self._data[place].value))
        except DataError as error:
            return f"sample {self._data.key(place)!r}: {error}"
        return ids, int(self._data.labels[place])

    def collate(self, samples: list[Any]) -> tuple[Any, Any, list[str]]:
        """A batch: the inputs, labels ``(n,)``, and what could not be read."""
        import torch

        read = [sample for sample in samples if not isinstance(sample, str)]
        failed = [sample for sample in samples if isinstance(sample, str)]
        if not read:
            return None, None, failed
        inputs = self._batch([ids for ids, _ in read])
        labels = torch.tensor([label for _, label in read], dtype=torch.int64)
        return tuple(torch.from_numpy(part) for part in inputs), labels, failed
