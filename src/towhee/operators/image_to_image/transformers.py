"""``image_to_image.transformers``: larger images, by super-resolution models of transformers."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from towhee.models.known_model import KnownModel
from towhee.operators.image_embedding.pixels import as_image
from towhee.operators.task_operator import TaskOperator
from towhee.types import Image

if TYPE_CHECKING:
    from towhee.models.transformers.image_enlarger import ImageEnlarger
    from towhee.models.transformers.prepared_image import PreparedImage
    from towhee.models.transformers.task_folder import TaskFolder


class TransformersImageToImage(TaskOperator[Image, Image, "ImageEnlarger"]):
    """Enlarge images with a super-resolution model of transformers, Swin2SR.

    Time and memory grow with the pixels: make large images smaller first, or cut them.

    Args:
        model_name: one that is listed, or any repository of the Hub, ``"owner/name"``.
        device: ``"auto"`` for a CUDA GPU if there is one and the CPU otherwise, or ``"cpu"``,
            ``"cuda"``, ``"cuda:1"``, ``"mps"``.
        batch_size: how many images the model gets at once; ``None`` to find it by measuring.
            Images of different sizes are computed one after the other.
        checkpoint: a folder as transformers saves it, in place of ``model_name``.
        trust_pickle: load weights that can run code.

    Returns:
        For each image an ``Image`` in RGB, as many times as large as the model makes it.

    Raises:
        UsageError: for arguments that cannot be, and a device that is not there.
        WeightsError: if files are absent, damaged, pickled, or of a model for something else.
        DataError: for what is no image.

    Example:
        >>> enlarge = TransformersImageToImage()  # doctest: +SKIP
        >>> enlarge(np.zeros((40, 60, 3), np.uint8)).shape  # doctest: +SKIP
        (80, 120, 3)

    Source: https://huggingface.co/docs/transformers/model_doc/swin2sr
    """

    task = "super-resolution"
    models = {
        "caidas/swin2SR-classical-sr-x2-64": KnownModel(license="apache-2.0", megabytes=50),
        "caidas/swin2SR-classical-sr-x4-64": KnownModel(license="apache-2.0", megabytes=50),
        "caidas/swin2SR-realworld-sr-x4-64-bsrgan-psnr": KnownModel(
            license="apache-2.0", megabytes=50
        ),
    }

    def __init__(
        self,
        model_name: str = "caidas/swin2SR-classical-sr-x2-64",
        *,
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

    def loaded(self, folder: TaskFolder) -> ImageEnlarger:
        """The model, read from its folder."""
        from towhee.models.transformers.image_enlarger import ImageEnlarger

        return ImageEnlarger(folder)

    def prepare(self, value: Any) -> PreparedImage:
        """The image as the model takes it."""
        return self.running.prepared(as_image(value))
