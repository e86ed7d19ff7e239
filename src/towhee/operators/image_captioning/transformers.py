"""``image_captioning.transformers``: captions by BLIP, GIT and encoder-decoders."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from towhee.models.known_model import KnownModel
from towhee.models.transformers.decoding import Decoding
from towhee.operators.image_embedding.pixels import as_image
from towhee.operators.task_operator import TaskOperator
from towhee.types import Image

if TYPE_CHECKING:
    from towhee.models.transformers.image_captioner import ImageCaptioner
    from towhee.models.transformers.prepared_image import PreparedImage
    from towhee.models.transformers.task_folder import TaskFolder


class TransformersImageCaptioning(TaskOperator[Image, str, "ImageCaptioner"]):
    """Say in a sentence what an image shows, with BLIP, GIT or a vision encoder and decoder.

    Args:
        model_name: one that is listed, or any repository of the Hub, ``"owner/name"``.
        max_new_tokens: the most tokens that a caption has.
        num_beams: how many captions are followed side by side, of which the likeliest is given;
            ``None`` for as many as the model's own configuration says.
        device: ``"auto"`` for a CUDA GPU if there is one and the CPU otherwise, or ``"cpu"``,
            ``"cuda"``, ``"cuda:1"``, ``"mps"``.
        batch_size: how many images the model gets at once; ``None`` to find it by measuring.
        checkpoint: a folder as transformers saves it, in place of ``model_name``.
        trust_pickle: load weights that can run code.

    Returns:
        For each image a text; the same each time.

    Raises:
        UsageError: for arguments that cannot be, and a device that is not there.
        WeightsError: if files are absent, damaged, pickled, or of a model for something else.
        DataError: for what is no image.

    Example:
        >>> describe = TransformersImageCaptioning()  # doctest: +SKIP
        >>> describe(image)  # doctest: +SKIP
        'a bird sitting on a branch'

    Source: https://huggingface.co/docs/transformers/tasks/image_captioning
    """

    task = "image captioning"
    models = {
        "Salesforce/blip-image-captioning-base": KnownModel(license="bsd-3-clause", megabytes=990),
        "microsoft/git-base-coco": KnownModel(license="mit", megabytes=707),
    }

    def __init__(
        self,
        model_name: str = "Salesforce/blip-image-captioning-base",
        *,
        max_new_tokens: int = 50,
        num_beams: int | None = None,
        device: str = "auto",
        batch_size: int | None = None,
        checkpoint: str | os.PathLike[str] | None = None,
        trust_pickle: bool = False,
    ) -> None:
        super().__init__(
            model_name,
            checkpoint=checkpoint,
            trust_pickle=trust_pickle,
            device=device,
            batch_size=batch_size,
        )
        self._decoding = Decoding(max_new_tokens, num_beams)

    def loaded(self, folder: TaskFolder) -> ImageCaptioner:
        """The model, read from its folder."""
        from towhee.models.transformers.image_captioner import ImageCaptioner

        return ImageCaptioner(folder, self._decoding)

    def prepare(self, value: Any) -> PreparedImage:
        """The image as the model takes it."""
        return self.running.prepared(as_image(value))
