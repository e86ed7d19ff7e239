"""``image_classification.transformers``: any image classifier of transformers."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from towhee.models.known_model import KnownModel
from towhee.operators.image_embedding.pixels import as_image
from towhee.operators.task_operator import TaskOperator
from towhee.operators.topk import check_topk
from towhee.types import Classification, Image

if TYPE_CHECKING:
    from towhee.models.transformers.image_classifier import ImageClassifier
    from towhee.models.transformers.prepared_image import PreparedImage
    from towhee.models.transformers.task_folder import TaskFolder


class TransformersImageClassification(TaskOperator[Image, list[Classification], "ImageClassifier"]):
    """Say what an image shows with any image classifier of transformers.

    Args:
        model_name: one that is listed, or any repository of the Hub, ``"owner/name"``.
        topk: how many classes to give.
        device: ``"auto"`` for a CUDA GPU if there is one and the CPU otherwise, or ``"cpu"``,
            ``"cuda"``, ``"cuda:1"``, ``"mps"``.
        batch_size: how many images the model gets at once; ``None`` to find it by measuring.
        checkpoint: a folder as transformers saves it, in place of ``model_name``.
        trust_pickle: load weights that can run code.

    Returns:
        For each image a list of ``Classification``, the surest first.

    Raises:
        UsageError: for arguments that cannot be, and a device that is not there.
        WeightsError: if files are absent, damaged, pickled, or of a model for something else.
        DataError: for what is no image.

    Example:
        >>> classify = TransformersImageClassification()  # doctest: +SKIP
        >>> classify(image)[0]  # doctest: +SKIP
        Classification(label='robin, American robin, Turdus migratorius', score=0.87)

    Source: https://huggingface.co/docs/transformers/tasks/image_classification
    """

    task = "image classification"
    models = {
        "google/vit-base-patch16-224": KnownModel(license="apache-2.0", megabytes=346),
        "microsoft/resnet-50": KnownModel(license="apache-2.0", megabytes=102),
        "facebook/convnext-tiny-224": KnownModel(license="apache-2.0", megabytes=114),
    }

    def __init__(
        self,
        model_name: str = "google/vit-base-patch16-224",
        *,
        topk: int = 5,
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
        self._topk = check_topk(topk)

    def loaded(self, folder: TaskFolder) -> ImageClassifier:
        """The classifier, read from its folder."""
        from towhee.models.transformers.image_classifier import ImageClassifier

        return ImageClassifier(folder, self._topk)

    def prepare(self, value: Any) -> PreparedImage:
        """The image as the model takes it."""
        return self.running.prepared(as_image(value))
