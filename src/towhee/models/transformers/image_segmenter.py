"""Models of transformers that divide images into their parts."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from towhee.errors import UsageError
from towhee.models.transformers.equal_shapes import in_equal_shapes
from towhee.models.transformers.importing import quiet_transformers
from towhee.models.transformers.prepared_image import PreparedImage, prepared_image
from towhee.models.transformers.task_folder import TaskFolder
from towhee.types import Image, Segment

if TYPE_CHECKING:
    import torch

KINDS = ("panoptic", "instance", "semantic")
_ENDINGS = (
    "ForSemanticSegmentation",
    "ForInstanceSegmentation",
    "ForUniversalSegmentation",
    "DetrForSegmentation",
)


class ImageSegmenter:
    """A segmentation model with its preprocessing and what makes masks of its outputs.

    Args:
        folder: of the model.
        kind: one of ``KINDS``; ``None`` for the first that the model can do.
        min_score: the score that an object must exceed.
        mask_threshold: the share of belief at which a pixel belongs to an object.
        overlap_threshold: an object of which others hide more than the rest of this share is
            left out.

    Raises:
        UsageError: for a kind that the model cannot do.
    """

    def __init__(
        self,
        folder: TaskFolder,
        kind: str | None,
        *,
        min_score: float,
        mask_threshold: float,
        overlap_threshold: float,
    ) -> None:
        self._processor = folder.image_processor()
        self._model = folder.model(*_ENDINGS)
        self._device = folder.device
        self.kind = self._kind_of(kind, folder.named)
        self._thresholds = {
            "threshold": min_score,
            "mask_threshold": mask_threshold,
            "overlap_mask_area_threshold": overlap_threshold,
        }

    def prepared(self, image: Image) -> PreparedImage:
        """The image as the model takes it."""
        return prepared_image(self._processor, image)

    def results(self, images: Sequence[PreparedImage]) -> list[list[Segment]]:
        """For each image its parts."""

        def parts(batch: dict[str, torch.Tensor], places: Sequence[int]) -> list[list[Segment]]:
            return self._parts(batch, [images[place].size for place in places])

        return in_equal_shapes([image.inputs for image in images], parts)

    def _kind_of(self, asked: str | None, named: str) -> str:
        has_no_objects = type(self._model).__name__.endswith("ForSemanticSegmentation")
        offered = [
            kind
            for kind in (("semantic",) if has_no_objects else KINDS)
            if hasattr(self._processor, f"post_process_{kind}_segmentation")
        ]
        if asked is not None and asked not in offered:
            raise UsageError(f"{named!r} does {' and '.join(offered)} segmentation, not {asked}")
        return asked or offered[0]

    def _parts(
        self, batch: dict[str, torch.Tensor], sizes: list[tuple[int, int]]
    ) -> list[list[Segment]]:
        import torch

        # Any: the library's own function, of whichever processor it is.
        divide: Any = getattr(self._processor, f"post_process_{self.kind}_segmentation")
        taken = inspect.signature(divide).parameters
        options = {name: value for name, value in self._thresholds.items() if name in taken}
        with torch.inference_mode(), quiet_transformers():
            outputs = self._model(**{name: part.to(self._device) for name, part in batch.items()})
            divided = divide(outputs, target_sizes=sizes, **options)
        return [
            self._of_map(each) if self.kind == "semantic" else self._of_objects(each)
            for each in divided
        ]

    def _of_map(self, labels: torch.Tensor) -> list[Segment]:
        """One segment for each class that is there."""
        numbers = labels.cpu().numpy()
        names = self._model.config.id2label
        return [
            Segment(numbers == number, names[int(number)], None) for number in np.unique(numbers)
        ]

    def _of_objects(self, found: dict[str, Any]) -> list[Segment]:
        """One segment for each object, the surest first."""
        numbers = found["segmentation"].cpu().numpy()
        names = self._model.config.id2label
        segments = [
            Segment(numbers == each["id"], names[each["label_id"]], float(each["score"]))
            for each in found["segments_info"]
        ]
        return sorted(segments, key=lambda segment: -(segment.score or 0.0))
