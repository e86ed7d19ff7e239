"""Models of transformers that say what an image shows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from towhee.models.class_scores import surest_classes
from towhee.models.transformers.equal_shapes import in_equal_shapes
from towhee.models.transformers.prepared_image import PreparedImage, prepared_image
from towhee.models.transformers.task_folder import TaskFolder
from towhee.types import Classification, Image

if TYPE_CHECKING:
    import torch


class ImageClassifier:
    """An image classifier with its preprocessing.

    Args:
        folder: of the model.
        topk: how many classes to give, the surest first.
    """

    def __init__(self, folder: TaskFolder, topk: int) -> None:
        self._processor = folder.image_processor()
        self._model = folder.model("ForImageClassification")
        self._device = folder.device
        self._topk = topk

    def prepared(self, image: Image) -> PreparedImage:
        """The image as the model takes it."""
        return prepared_image(self._processor, image)

    def results(self, images: Sequence[PreparedImage]) -> list[list[Classification]]:
        """For each image its classes, the surest first."""
        return in_equal_shapes([image.inputs for image in images], self._classified)

    def _classified(
        self, batch: dict[str, torch.Tensor], places: Sequence[int]
    ) -> list[list[Classification]]:
        import torch

        with torch.inference_mode():
            given = {name: values.to(self._device) for name, values in batch.items()}
            scores = self._scores(self._model(**given).logits.float())
        return surest_classes(scores.cpu().numpy(), self._model.config.id2label, self._topk)

    def _scores(self, logits: torch.Tensor) -> torch.Tensor:
        """As the model was trained: one of several classes, several at once, or plain numbers."""
        problem = self._model.config.problem_type
        if problem == "regression":
            return logits
        if problem == "multi_label_classification" or logits.shape[1] == 1:
            return logits.sigmoid()
        return logits.softmax(dim=1)
