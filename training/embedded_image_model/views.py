"""Training batches: original images and edited copies of them.

A photograph stands for many originals: itself and crops of it, each with a teacher's vector of
its own. A CIFAR-10 image stands for itself, and brings a label instead of a teacher's vector.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image
from torch import Tensor, nn
from torch.utils.data import IterableDataset, get_worker_info
from training.embedded_image_model import data, edits

CROPS = 8
CIFAR_GROUP = 10_000
_LONGEST_SIDE = 448
_WHOLE_SHARE = 0.4


class Batch(NamedTuple):
    """Row i of `originals` and of `copies` shows the same image, after the early layers.

    `groups`, `(n,) int64`: the photograph's number, or `CIFAR_GROUP` + label. Images of one group
    are never each other's negatives. `targets`: the row of the teacher's vector; -1 for CIFAR.
    """

    originals: Tensor
    copies: Tensor
    groups: Tensor
    targets: Tensor


def to_pixels(image: Image.Image, side: int) -> npt.NDArray[np.float32]:
    """Return the image squashed to `(3, side, side)` float32 between -1 and 1."""
    resized = image.resize((side, side), Image.Resampling.BICUBIC)
    values = np.asarray(resized, np.float32).transpose(2, 0, 1) / 127.5 - 1
    return np.ascontiguousarray(values, np.float32)


class Photographs:
    """Photographs scaled down into memory; original `(p, c)` is crop `c` of photograph `p`."""

    def __init__(self, paths: list[Path]) -> None:
        self._images = [data.read_photograph(path) for path in paths]
        for image in self._images:
            image.thumbnail((_LONGEST_SIDE, _LONGEST_SIDE), Image.Resampling.BICUBIC)

    def __len__(self) -> int:
        return len(self._images)

    def original(self, photograph: int, crop: int) -> Image.Image:
        """Return the whole photograph for crop 0, otherwise always the same part of it."""
        image = self._images[photograph]
        if crop == 0:
            return image
        random = Random(photograph * CROPS + crop)
        side = random.uniform(0.45, 0.95)
        part = edits.crop(image, side, random.random(), random.random())
        return edits.stretch(part, random.uniform(0.85, 1.18), 1.0)


class Views(IterableDataset[Batch]):
    """Endless batches of `photographs_a_batch` + `cifar_a_batch` pairs.

    The early layers, which do not learn, run here, in the loader's own process.
    """

    def __init__(
        self,
        photographs: Photographs,
        early: nn.Module,
        *,
        photographs_a_batch: int,
        cifar_a_batch: int,
        side: int,
    ) -> None:
        self._early = early
        self._photographs = photographs
        self._photographs_a_batch = photographs_a_batch
        self._cifar_a_batch = cifar_a_batch
        self._side = side
        self._cifar, self._labels = data.cifar_training()

    def __iter__(self) -> Iterator[Batch]:
        worker = get_worker_info()
        random = Random(worker.id if worker else 0)
        while True:
            yield self._batch(random)

    def _batch(self, random: Random) -> Batch:
        originals, copies, groups, targets = [], [], [], []
        for photograph in random.sample(range(len(self._photographs)), self._photographs_a_batch):
            crop = 0 if random.random() < _WHOLE_SHARE else random.randrange(1, CROPS)
            image = self._photographs.original(photograph, crop)
            originals.append(to_pixels(image, self._side))
            copies.append(to_pixels(edits.random_edit(image, random), self._side))
            groups.append(photograph)
            targets.append(photograph * CROPS + crop)
        for row in random.sample(range(len(self._cifar)), self._cifar_a_batch):
            image = self._cifar[row]
            originals.append(to_pixels(image, self._side))
            copies.append(to_pixels(edits.random_mild_edit(image, random), self._side))
            groups.append(CIFAR_GROUP + int(self._labels[row]))
            targets.append(-1)
        return Batch(
            self._early_features(originals),
            self._early_features(copies),
            torch.tensor(groups),
            torch.tensor(targets),
        )

    @torch.no_grad()
    def _early_features(self, images: list[npt.NDArray[np.float32]]) -> Tensor:
        pixels = torch.from_numpy(np.stack(images)).contiguous(memory_format=torch.channels_last)
        with torch.autocast("cpu", torch.bfloat16):
            features: Tensor = self._early(pixels)
        return features
