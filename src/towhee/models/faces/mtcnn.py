"""MTCNN: three networks, each of which looks closer at what the one before has left."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from towhee.errors import WeightsError
from towhee.models.faces.mtcnn_boxes import (
    Floats,
    distinct,
    moved,
    proposed,
    pyramid,
    squared,
    within,
)
from towhee.models.faces.mtcnn_networks import MtcnnNetworks
from towhee.models.faces.state import State, read_state, with_state
from towhee.models.pickles import refused_pickle
from towhee.types import Face

_FILES = ("pnet.pt", "rnet.pt", "onet.pt")
_SAFE = "model.safetensors"
_FIRST, _SECOND, _THIRD = 0.6, 0.7, 0.7  # the least scores of the three, as they were published
_BATCH_SIZE = 512


class Mtcnn:
    """Finds faces and five landmarks of each.

    Args:
        weights: the files, as ``mtcnn_files`` gives them.
        device: where torch runs it.
        min_size: the side, in pixels, of the smallest face that is looked for.
        scale_step: from one size of the image to the next.

    Raises:
        WeightsError: if the files are damaged, or of other networks.
    """

    def __init__(
        self, weights: Sequence[Path], *, device: str, min_size: float, scale_step: float
    ) -> None:
        self._device = device
        self._min_size, self._scale_step = min_size, scale_step
        networks = with_state(MtcnnNetworks(), _state(weights), named=repr(str(weights[0])))
        self._networks = networks.to(device)

    def __call__(self, image: npt.NDArray[np.uint8]) -> list[Face]:
        """The faces in an image ``(height, width, 3) uint8`` in RGB."""
        with torch.inference_mode():
            pixels = torch.tensor(image, device=self._device).permute(2, 0, 1)[None].float()
            boxes = self._proposals(pixels)
            boxes = self._refined(pixels, boxes)
            return self._faces(pixels, boxes)

    def _proposals(self, pixels: torch.Tensor) -> Floats:
        height, width = pixels.shape[2:]
        found = [_nothing()]
        for scale in pyramid(height, width, min_size=self._min_size, step=self._scale_step):
            size = int(height * scale + 1), int(width * scale + 1)
            scores, offsets = map(_array, self._networks.pnet(_looked_at(pixels, size)))
            boxes, of_boxes, edges = proposed(scores[0], offsets[0], scale=scale, least=_FIRST)
            kept = distinct(boxes, of_boxes, most=0.5)
            found.append((boxes[kept], of_boxes[kept], edges[kept]))
        boxes, scores, edges = (np.concatenate(parts) for parts in zip(*found, strict=True))
        kept = distinct(boxes, scores, most=0.7)
        return squared(moved(boxes[kept], edges[kept], border=0))

    def _refined(self, pixels: torch.Tensor, boxes: Floats) -> Floats:
        boxes, cut = _cut(pixels, boxes, 24)
        if not len(boxes):
            return boxes
        scores, edges = self._in_batches(self._networks.rnet, cut)
        passed = scores > _SECOND
        boxes, scores, edges = boxes[passed], scores[passed], edges[passed]
        kept = distinct(boxes, scores, most=0.7)
        return squared(moved(boxes[kept], edges[kept]))

    def _faces(self, pixels: torch.Tensor, boxes: Floats) -> list[Face]:
        boxes, cut = _cut(pixels, boxes, 48)
        if not len(boxes):
            return []
        scores, edges, points = self._in_batches(self._networks.onet, cut)
        passed = scores > _THIRD
        boxes, scores, edges = boxes[passed], scores[passed], edges[passed]
        sides = (boxes[:, 2:] - boxes[:, :2] + 1)[:, None]
        within_box = points[passed].reshape(-1, 2, 5).transpose(0, 2, 1)
        landmarks = within_box * sides + boxes[:, None, :2] - 1
        boxes = moved(boxes, edges)
        kept = distinct(boxes, scores, most=0.7, of="smaller", border=1)
        return [Face(boxes[i], float(scores[i]), landmarks[i]) for i in kept]

    def _in_batches(self, network: torch.nn.Module, cut: torch.Tensor) -> list[Floats]:
        """What a network gives for all, of which not too many are in memory at once."""
        results = [network(part) for part in torch.split(cut, _BATCH_SIZE)]
        return [_array(torch.cat(parts)) for parts in zip(*results, strict=True)]


def mtcnn_files(checkpoint: Path, *, trust_pickle: bool) -> list[Path]:
    """The files of a checkpoint: one in safetensors, or the three that facenet-pytorch has.

    Args:
        checkpoint: a safetensors file, or a folder with ``model.safetensors``, or with
            ``pnet.pt``, ``rnet.pt`` and ``onet.pt``.
        trust_pickle: take the latter, which can run code when they are loaded.

    Raises:
        WeightsError: if it is none of that, or pickles that are not trusted.
    """
    if checkpoint.is_file() and checkpoint.suffix == ".safetensors":
        return [checkpoint]
    if (checkpoint / _SAFE).is_file():
        return [checkpoint / _SAFE]
    pickles = [checkpoint / name for name in _FILES]
    if not all(file.is_file() for file in pickles):
        raise WeightsError(
            f"checkpoint {str(checkpoint)!r} is no safetensors file, and no folder with {_SAFE} or "
            f"with {', '.join(_FILES)}"
        )
    if not trust_pickle:
        raise refused_pickle(pickles[0])
    return pickles


def _state(weights: Sequence[Path]) -> State:
    """The weights by their names in the module of all three networks."""
    if len(weights) == 1:
        return read_state(weights[0])
    return {
        f"{file.stem}.{name}": tensor
        for file in weights
        for name, tensor in read_state(file).items()
    }


def _cut(pixels: torch.Tensor, boxes: Floats, side: int) -> tuple[Floats, torch.Tensor]:
    """The boxes that touch the image, and what lies in them, ``(n, 3, side, side)``."""
    height, width = pixels.shape[2:]
    parts = within(boxes, height, width)
    there = (parts[:, 2:] > parts[:, :2]).all(axis=1)
    looked_at = [
        _looked_at(pixels[:, :, top:bottom, left:right], (side, side))
        for left, top, right, bottom in parts[there]
    ]
    empty = pixels.new_zeros((0, 3, side, side))
    return boxes[there], torch.cat([empty, *looked_at])


def _looked_at(pixels: torch.Tensor, size: tuple[int, int]) -> torch.Tensor:
    """As the networks see it: each pixel the mean of those that it stands for, about 0."""
    resized = torch.nn.functional.interpolate(pixels, size=size, mode="area")
    return (resized - 127.5) * 0.0078125


def _array(tensor: torch.Tensor) -> Floats:
    values: Floats = tensor.cpu().numpy()
    return values


def _nothing() -> tuple[Floats, Floats, Floats]:
    none = np.zeros((0, 4), np.float32)
    return none, none[:, 0], none
