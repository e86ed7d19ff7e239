"""Models of transformers that make larger images of images."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from towhee.models.transformers.equal_shapes import in_equal_shapes
from towhee.models.transformers.prepared_image import PreparedImage, prepared_image
from towhee.models.transformers.task_folder import TaskFolder
from towhee.types import Image

if TYPE_CHECKING:
    import torch


class ImageEnlarger:
    """A super-resolution model with its preprocessing.

    Args:
        folder: of the model.
    """

    def __init__(self, folder: TaskFolder) -> None:
        self._processor = folder.image_processor()
        self._model = folder.model("ForImageSuperResolution")
        self._device = folder.device

    def prepared(self, image: Image) -> PreparedImage:
        """The image as the model takes it, filled up to whole windows of it."""
        return prepared_image(self._processor, image)

    def results(self, images: Sequence[PreparedImage]) -> list[Image]:
        """The larger images, in RGB."""

        def larger(batch: dict[str, torch.Tensor], places: Sequence[int]) -> list[Image]:
            return self._larger(batch, [images[place].size for place in places])

        return in_equal_shapes([image.inputs for image in images], larger)

    def _larger(self, batch: dict[str, torch.Tensor], sizes: list[tuple[int, int]]) -> list[Image]:
        import torch

        with torch.inference_mode():
            made = self._model(**{name: part.to(self._device) for name, part in batch.items()})
            values = made.reconstruction.float().clamp(0, 1).mul(255).round().to(torch.uint8)
        pixels = values.permute(0, 2, 3, 1).cpu().numpy()
        times = self._model.config.upscale
        return [
            Image(one[: height * times, : width * times].copy(), "RGB")  # without what filled it up
            for one, (height, width) in zip(pixels, sizes, strict=True)
        ]
