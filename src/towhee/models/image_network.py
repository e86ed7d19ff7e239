"""The tower of a model that sees images, as every backend can be made from it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from towhee.models.calibration import sample_photographs
from towhee.models.network import Batch, concatenated
from towhee.models.onnx_cache import keep_export, kept_export
from towhee.models.onnx_export import exported
from towhee.models.pixel_network import pixel_network
from towhee.models.preprocess import Pixels, Preprocess
from towhee.models.towers import ImageTower
from towhee.types import Image

if TYPE_CHECKING:
    import torch


class ImageNetwork:
    """Vectors ``(n, d)`` for pixels ``(n, height, width, 3) uint8``, normalised in the graph.

    Args:
        tower: the model.
        images: on which backends are compared; the sample photographs if there are none.
        preprocess: what an image goes through; the tower's own if not given.

    Raises:
        WeightsError: for files that are missing, damaged, or not to be had.
    """

    def __init__(
        self,
        tower: ImageTower,
        images: Sequence[Image] = (),
        *,
        preprocess: Preprocess | None = None,
    ) -> None:
        self._tower, self._images = tower, images
        self.preprocess = preprocess or tower.preprocess()
        self.name = tower.name

    def unloaded(self) -> ImageNetwork:
        """The same model with nothing of it in memory."""
        return ImageNetwork(self._tower, self._images, preprocess=self.preprocess)

    @property
    def usual_length(self) -> int:
        """All images are of one length."""
        return 1

    @cached_property
    def key(self) -> str | None:
        """What the vectors depend on, as one digest; ``None`` for random weights."""
        return self._tower.digest()

    @cached_property
    def _network(self) -> torch.nn.Module:
        return self._tower.module()

    def module(self) -> torch.nn.Module:
        """The tower behind its normalisation, as the reference computes it."""
        return pixel_network(self._network, self.preprocess)

    def onnx(self) -> bytes:
        """The same in ONNX form, exported unless the export is kept from before.

        Raises:
            MissingExtraError: if the packages that write ONNX are not installed.
            WeightsError: if the model cannot be exported, or the export gives other vectors.
        """
        content = kept_export(self.key) if self.key else None
        if content is None:
            _, height, width = self.preprocess.input_size
            shape = (height, width, 3)
            random = np.random.default_rng(0).integers(0, 256, (3, *shape))
            content = exported(
                pixel_network(self._network, self.preprocess, folded=True),
                (np.zeros((2, *shape), np.uint8),),
                check=(random.astype(np.uint8),),
                inputs={"pixels": ("n",)},
                name=self.name,
            )
            if self.key:
                keep_export(self.key, content)
        return content

    def calibration(self) -> list[Batch]:
        """The images given, or the sample photographs."""
        images = self._images or sample_photographs()
        return [(self.prepared(image)[None],) for image in images]

    def joined(self, rows: Sequence[Batch]) -> Batch:
        """One batch of several."""
        return concatenated(rows)

    def prepared(self, image: Image, *, fast: bool = False) -> Pixels:
        """What the network takes for an image: ``(height, width, 3) uint8``.

        Raises:
            DataError: for an image without pixels.
        """
        return self.preprocess.pixels(image, fast=fast)

    # Any: what comes out of a queue of the engine.
    def batch(self, prepared: Sequence[Any]) -> Batch:
        """The inputs for several prepared images."""
        return (np.stack(prepared),)
