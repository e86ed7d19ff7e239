"""``image_segmentation.transformers``: any segmentation model of transformers."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from towhee.errors import UsageError
from towhee.models.known_model import KnownModel
from towhee.models.transformers.image_segmenter import KINDS
from towhee.operators.image_embedding.pixels import as_image
from towhee.operators.task_operator import TaskOperator
from towhee.types import Image, Segment

if TYPE_CHECKING:
    from towhee.models.transformers.image_segmenter import ImageSegmenter
    from towhee.models.transformers.prepared_image import PreparedImage
    from towhee.models.transformers.task_folder import TaskFolder


class TransformersImageSegmentation(TaskOperator[Image, list[Segment], "ImageSegmenter"]):
    """Divide images into their parts with a segmentation model of transformers.

    Args:
        model_name: one that is listed, or any repository of the Hub, ``"owner/name"``. Models
            over a backbone of timm, such as DETR's own, need ``pip install "towhee[torch]"`` too.
        kind: ``"semantic"`` for one segment of each class, ``"instance"`` for one of each object,
            ``"panoptic"`` for both; ``None`` for the most that the model does.
        min_score: the score that an object must exceed, between 0 and 1.
        mask_threshold: the probability (0 to 1) from which on a pixel belongs to an object.
        overlap_threshold: of an object this share has to remain where others lie over it.
        device: ``"auto"`` for a CUDA GPU if there is one and the CPU otherwise, or ``"cpu"``,
            ``"cuda"``, ``"cuda:1"``, ``"mps"``.
        batch_size: how many images the model gets at once; ``None`` to find it by measuring.
            Images that the model does not bring to one size are computed one after the other.
        checkpoint: a folder as transformers saves it, in place of ``model_name``.
        trust_pickle: load weights that can run code.

    Returns:
        For each image a list of ``Segment``: objects by score, classes in the model's order.

    Raises:
        UsageError: for arguments that cannot be, a kind that the model does not do, and a device
            that is not there.
        WeightsError: if files are absent, damaged, pickled, or of a model for something else.
        DataError: for what is no image.

    Example:
        >>> divide = TransformersImageSegmentation()  # doctest: +SKIP
        >>> [(part.label, part.area) for part in divide(image)]  # doctest: +SKIP
        [('bird', 10232), ('tree-merged', 39176)]

    Source: https://huggingface.co/docs/transformers/tasks/semantic_segmentation
    """

    task = "image segmentation"
    extra = "segmentation"
    models = {
        "facebook/detr-resnet-50-panoptic": KnownModel(license="apache-2.0", megabytes=172),
        "openmmlab/upernet-convnext-tiny": KnownModel(license="mit", megabytes=241),
        "facebook/mask2former-swin-tiny-coco-instance": KnownModel(megabytes=190),
        "nvidia/segformer-b0-finetuned-ade-512-512": KnownModel(license="other", megabytes=15),
    }

    def __init__(
        self,
        model_name: str = "facebook/detr-resnet-50-panoptic",
        *,
        kind: str | None = None,
        min_score: float = 0.9,
        mask_threshold: float = 0.5,
        overlap_threshold: float = 0.5,
        device: str = "auto",
        batch_size: int | None = None,
        checkpoint: str | os.PathLike[str] | None = None,
        trust_pickle: bool = False,
    ) -> None:
        if kind is not None and kind not in KINDS:
            raise UsageError(f"kind is one of {', '.join(KINDS)}, not {kind!r}")
        shares = {
            "min_score": min_score,
            "mask_threshold": mask_threshold,
            "overlap_threshold": overlap_threshold,
        }
        for name, value in shares.items():
            if not 0 <= value <= 1:
                raise UsageError(f"{name} is between 0 and 1, not {value!r}")
        super().__init__(
            model_name,
            checkpoint=checkpoint,
            trust_pickle=trust_pickle,
            device=device,
            batch_size=batch_size,
        )
        self._kind, self._shares = kind, shares

    def loaded(self, folder: TaskFolder) -> ImageSegmenter:
        """The model, read from its folder."""
        from towhee.models.transformers.image_segmenter import ImageSegmenter

        return ImageSegmenter(folder, self._kind, **self._shares)

    def prepare(self, value: Any) -> PreparedImage:
        """The image as the model takes it."""
        return self.running.prepared(as_image(value))
