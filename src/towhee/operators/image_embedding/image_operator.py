"""What the embedding operators share whose network is an ``ImageNetwork``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from towhee.models.preprocess import is_fast
from towhee.models.run_conditions import RunConditions
from towhee.models.towers import ImageTower
from towhee.operators.image_embedding.pixels import as_image, image_content, own_images
from towhee.operators.network_operator import NetworkOperator
from towhee.types import Image

if TYPE_CHECKING:
    from towhee.models.image_network import ImageNetwork


class ImageOperator(NetworkOperator[Image, "ImageNetwork"]):
    """Embed images with one tower.

    Args:
        tower: the model.
        conditions: how the user wants it to run.
        normalize: whether vectors have unit length.
        calibration: images on which backends are compared, as the user gave them.
        preprocess: ``"exact"`` or ``"fast"``.
        dimension: the length of the vectors, where it is known without the model's files.
    """

    def __init__(
        self,
        tower: ImageTower,
        conditions: RunConditions,
        *,
        normalize: bool,
        calibration: Sequence[Any],
        preprocess: str,
        dimension: int | None,
    ) -> None:
        self._tower = tower
        self._calibration = tuple(calibration)
        self._is_fast = is_fast(preprocess)
        self._dimension = dimension
        super().__init__(
            tower.name, conditions, normalize=normalize, has_calibration=bool(self._calibration)
        )

    @property
    def dimension(self) -> int:
        """The length of the vectors; a listed model's is known, others say it in their files."""
        if self._dimension is None:
            self._dimension = self._tower.dimension()
        return self._dimension

    def network(self) -> ImageNetwork:
        """The model, read from its folder, the cache or the Hub."""
        from towhee.models.image_network import ImageNetwork

        return ImageNetwork(self._tower, own_images(self._calibration))

    def content(self, value: Any) -> Any:
        """The pixels of a PIL image; anything else as it is."""
        return image_content(value)

    def prepare(self, value: Any) -> npt.NDArray[np.uint8]:
        """What the model takes: ``(height, width, 3) uint8``, resized and cropped.

        Raises:
            DataError: for what is no image, and for one without pixels.
        """
        return self.running.network.prepared(as_image(value), fast=self._is_fast)

    def least_side(self) -> int | None:
        """The shorter side, in pixels, that an image should keep where decoding may shrink it."""
        return self._tower.preprocess().least_side if self._is_fast else None
