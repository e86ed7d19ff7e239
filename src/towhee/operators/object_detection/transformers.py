"""``object_detection.transformers``: any object detector of transformers."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from towhee.errors import UsageError
from towhee.models.known_model import KnownModel
from towhee.operators.image_embedding.pixels import as_image
from towhee.operators.task_operator import TaskOperator
from towhee.types import Detection, Image

if TYPE_CHECKING:
    from towhee.models.transformers.object_detector import ObjectDetector
    from towhee.models.transformers.prepared_image import PreparedImage
    from towhee.models.transformers.task_folder import TaskFolder


class TransformersObjectDetection(TaskOperator[Image, list[Detection], "ObjectDetector"]):
    """Find objects in images with any detector of transformers: DETR, RT-DETR, YOLOS and others.

    Args:
        model_name: one that is listed, or any repository of the Hub, ``"owner/name"``. Detectors
            over a backbone of timm, such as DETR's own, need ``pip install "towhee[torch]"`` too.
        min_score: the score that an object must exceed, between 0 and 1.
        device: ``"auto"`` for a CUDA GPU if there is one and the CPU otherwise, or ``"cpu"``,
            ``"cuda"``, ``"cuda:1"``, ``"mps"``.
        batch_size: how many images the model gets at once; ``None`` to find it by measuring.
            Images that the model does not bring to one size are computed one after the other.
        checkpoint: a folder as transformers saves it, in place of ``model_name``.
        trust_pickle: load weights that can run code.

    Returns:
        For each image a list of ``Detection``, the surest first; empty if nothing was found.

    Raises:
        UsageError: for arguments that cannot be, and a device that is not there.
        WeightsError: if files are absent, damaged, pickled, or of a model for something else.
        DataError: for what is no image.

    Example:
        >>> detect = TransformersObjectDetection()  # doctest: +SKIP
        >>> detect(image)[0]  # doctest: +SKIP
        Detection(box=(12.1, 40.3, 211.9, 180.2), label='bird', score=0.96)

    Source: https://huggingface.co/docs/transformers/tasks/object_detection
    """

    task = "object detection"
    models = {
        "PekingU/rtdetr_r18vd_coco_o365": KnownModel(license="apache-2.0", megabytes=81),
        "PekingU/rtdetr_r50vd_coco_o365": KnownModel(license="apache-2.0", megabytes=172),
        "facebook/detr-resnet-50": KnownModel(license="apache-2.0", megabytes=167),
        "hustvl/yolos-tiny": KnownModel(license="apache-2.0", megabytes=26),
    }

    def __init__(
        self,
        model_name: str = "PekingU/rtdetr_r18vd_coco_o365",
        *,
        min_score: float = 0.5,
        device: str = "auto",
        batch_size: int | None = None,
        checkpoint: str | os.PathLike[str] | None = None,
        trust_pickle: bool = False,
    ) -> None:
        if not 0 <= min_score < 1:
            raise UsageError(f"min_score is from 0 to below 1, not {min_score!r}")
        super().__init__(
            model_name,
            checkpoint=checkpoint,
            trust_pickle=trust_pickle,
            device=device,
            batch_size=batch_size,
        )
        self._min_score = min_score

    def loaded(self, folder: TaskFolder) -> ObjectDetector:
        """The detector, read from its folder."""
        from towhee.models.transformers.object_detector import ObjectDetector

        return ObjectDetector(folder, min_score=self._min_score)

    def prepare(self, value: Any) -> PreparedImage:
        """The image as the model takes it."""
        return self.running.prepared(as_image(value))
