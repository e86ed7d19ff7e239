"""Models of transformers that say in words what an image shows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from towhee.models.transformers.decoding import Decoding
from towhee.models.transformers.equal_shapes import in_equal_shapes
from towhee.models.transformers.importing import quiet_transformers
from towhee.models.transformers.prepared_image import PreparedImage, prepared_image
from towhee.models.transformers.task_folder import TaskFolder
from towhee.models.transformers.text_tokens import TextTokens
from towhee.types import Image

if TYPE_CHECKING:
    import torch

_ARCHITECTURES = ("BlipForConditionalGeneration", "GitForCausalLM", "VisionEncoderDecoderModel")


class ImageCaptioner:
    """A captioning model with its preprocessing and its tokenizer.

    Args:
        folder: of the model.
        decoding: how it writes.
    """

    def __init__(self, folder: TaskFolder, decoding: Decoding) -> None:
        self._processor = folder.image_processor()
        self._tokens = TextTokens(folder.processor("AutoTokenizer"), None)
        self._model = folder.model(*_ARCHITECTURES)
        self._options = decoding.options(self._model)
        self._device = folder.device

    def prepared(self, image: Image) -> PreparedImage:
        """The image as the model takes it."""
        return prepared_image(self._processor, image)

    def results(self, images: Sequence[PreparedImage]) -> list[str]:
        """A caption for each image."""
        return in_equal_shapes([image.inputs for image in images], self._captions)

    def _captions(self, batch: dict[str, torch.Tensor], places: Sequence[int]) -> list[str]:
        import torch

        pixels = batch["pixel_values"].to(self._device)
        with torch.inference_mode(), quiet_transformers():
            written = self._model.generate(pixel_values=pixels, **self._options)
        return [caption.strip() for caption in self._tokens.texts(written)]
