"""Pairs of an image and a text as networks take them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from towhee.errors import DataError
from towhee.models.text.tokens import padded
from towhee.models.towers import ImageTower, TextTower
from towhee.operators.text_embedding.text import as_text
from towhee.trainer.data import TrainingData
from towhee.trainer.image_values import TrainingImages


class ImageTextRows:
    """Pixels and tokens, for a ``torch.utils.data.DataLoader``, by ``(epoch, place)``.

    Args:
        images: of each pair.
        texts: of each pair.
        towers: which say how both are prepared.
        ids: which distinct image and text each pair has, ``(n, 2)``.
        augment: how much images are changed.
        seed: by which.
    """

    in_memory = False

    def __init__(
        self,
        images: TrainingData,
        texts: TrainingData,
        towers: tuple[ImageTower, TextTower],
        ids: npt.NDArray[np.int64],
        augment: str = "none",
        seed: int = 0,
    ) -> None:
        self._texts, self._text = texts, towers[1]
        self._images = TrainingImages(images, towers[0].preprocess(), augment, seed)
        self._ids = ids

    def __len__(self) -> int:
        return len(self._ids)

    def __getitem__(self, index: tuple[int, int]) -> tuple[Any, int] | str:
        """Pixels and token numbers, and the place; the message of a pair that cannot be read."""
        place = index[1]
        image = self._images[index]
        if isinstance(image, str):
            return image
        try:
            tokens = self._text.ids(as_text(self._texts[place].value))
        except DataError as error:
            return f"sample {self._texts.key(place)!r}: {error}"
        return (image[0], tokens), place

    def collate(self, samples: list[Any]) -> tuple[Any, Any, list[str]]:
        """A batch: pixels and tokens, ids, and what could not be read."""
        import torch

        read = [sample for sample in samples if not isinstance(sample, str)]
        failed = [sample for sample in samples if isinstance(sample, str)]
        if not read:
            return None, None, failed
        pixels = torch.stack([pixels for (pixels, _), _ in read]).float()
        tokens = token_tensors([tokens for (_, tokens), _ in read], self._text)
        ids = torch.from_numpy(self._ids[[place for _, place in read]])
        return (pixels, *tokens), ids, failed


class VectorRows:
    """Vectors of pairs that are computed once, by ``(epoch, place)``.

    Args:
        vectors: of the images and of the texts, ``(n, d)`` each.
        ids: which distinct image and text each pair has, ``(n, 2)``.
    """

    in_memory = True

    def __init__(
        self, vectors: Sequence[npt.NDArray[np.float32]], ids: npt.NDArray[np.int64]
    ) -> None:
        self._vectors, self._ids = tuple(vectors), ids

    def __len__(self) -> int:
        return len(self._ids)

    def __getitem__(self, index: tuple[int, int]) -> tuple[Any, int]:
        """Both vectors, and the place."""
        place = index[1]
        return tuple(each[place] for each in self._vectors), place

    def collate(self, samples: list[Any]) -> tuple[Any, Any, list[str]]:
        """A batch: both kinds of vectors, and ids."""
        import torch

        places = [place for _, place in samples]
        vectors = tuple(torch.from_numpy(each[places]) for each in self._vectors)
        return vectors, torch.from_numpy(self._ids[places]), []


def token_tensors(texts: Sequence[npt.NDArray[np.int64]], tower: TextTower) -> tuple[Any, ...]:
    """What a tower takes for texts: token numbers, and their mask if it takes one."""
    import torch

    inputs = padded(texts, tower.padding, at_least=tower.filled_to or 0)
    return tuple(torch.from_numpy(part) for part in inputs[: 1 + tower.has_mask])
