"""Models of transformers that find objects in images."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from towhee.models.transformers.equal_shapes import in_equal_shapes
from towhee.models.transformers.prepared_image import PreparedImage, prepared_image
from towhee.models.transformers.task_folder import TaskFolder
from towhee.types import Detection, Image

if TYPE_CHECKING:
    import torch


class ObjectDetector:
    """A detector with its preprocessing and what makes boxes of its outputs.

    Args:
        folder: of the model.
        min_score: the score that an object must exceed.
    """

    def __init__(self, folder: TaskFolder, *, min_score: float) -> None:
        self._processor = folder.image_processor()
        self._model = folder.model("ForObjectDetection")
        self._device = folder.device
        self._min_score = min_score

    def prepared(self, image: Image) -> PreparedImage:
        """The image as the model takes it."""
        return prepared_image(self._processor, image)

    def results(self, images: Sequence[PreparedImage]) -> list[list[Detection]]:
        """For each image what was found, the surest first."""

        def found(batch: dict[str, torch.Tensor], places: Sequence[int]) -> list[list[Detection]]:
            return self._found(batch, [images[place].size for place in places])

        return in_equal_shapes([image.inputs for image in images], found)

    def _found(
        self, batch: dict[str, torch.Tensor], sizes: list[tuple[int, int]]
    ) -> list[list[Detection]]:
        import torch

        with torch.inference_mode():
            outputs = self._model(**{name: part.to(self._device) for name, part in batch.items()})
            found = self._processor.post_process_object_detection(
                outputs,
                threshold=self._min_score,
                target_sizes=torch.tensor(sizes, device=self._device),
            )
        names = self._model.config.id2label
        detections = [
            [
                Detection(tuple(box), names[label], score)
                for box, label, score in zip(
                    each["boxes"].tolist(),
                    each["labels"].tolist(),
                    each["scores"].tolist(),
                    strict=True,
                )
            ]
            for each in found
        ]
        return [sorted(each, key=lambda one: -one.score) for each in detections]
