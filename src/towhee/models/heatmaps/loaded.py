"""The network that is explained: a copy of its own, apart from those that embed."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from towhee.errors import UsageError
from towhee.models.heatmaps.trace import Trace, traced, with_gradients

if TYPE_CHECKING:
    import torch

    from towhee.models.image_network import ImageNetwork

_lock = threading.Lock()
_kept: dict[str, torch.nn.Module] = {}  # the last one only, as weights are heavy


def traces(network: ImageNetwork, images: Sequence[npt.NDArray[np.uint8]]) -> list[Trace]:
    """What the network computes of each image, on the CPU in float32, whatever embeds elsewhere.

    Args:
        network: the model; its weights are read at the first call, and kept until another model
            is explained.
        images: as it takes them, ``(height, width, 3) uint8``.

    Raises:
        UsageError: for random weights, which would be others than those that embed.
        WeightsError: if weights are absent, damaged, or of another model.
    """
    key = network.key
    if key is None:
        raise UsageError(
            f"{network.name} has random weights, which are new for each operator: there is nothing "
            "to explain; take pretrained weights, or a checkpoint"
        )
    with _lock, with_gradients():
        module = _kept.get(key)
        if module is None:
            _kept.clear()
            module = _kept[key] = network.module()
        return [traced(module, image) for image in images]
