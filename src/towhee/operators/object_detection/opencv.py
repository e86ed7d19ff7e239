"""``object_detection.opencv``: detectors in ONNX form, which OpenCV runs without torch."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from towhee.errors import UnknownNameError, UsageError
from towhee.models.file_digest import file_sha256_once
from towhee.models.onnx_file import known_models, onnx_file
from towhee.models.opencv.coco import COCO_CLASSES
from towhee.models.opencv.layouts import LAYOUTS
from towhee.operators.base import ModelOperator
from towhee.operators.image_embedding.pixels import as_image, image_content
from towhee.types import Detection, Image

if TYPE_CHECKING:
    from towhee.models.opencv.detector import OnnxDetector

_YOLOX = "opencv/object_detection_yolox"


class OpenCvObjectDetection(ModelOperator[Image, list[Detection]]):
    """Find objects in images with YOLO-like and SSD-like detectors in ONNX form.

    Args:
        model_name: ``"opencv/object_detection_yolox"``, or any file on the Hub:
            ``"owner/name/file.onnx"``.
        checkpoint: an ONNX file, or a folder that holds one, in place of ``model_name``.
        layout: what the model gives: ``"yolox"``; ``"yolov5"`` (also of YOLOv6 and v7);
            ``"yolov8"`` (also of YOLOv9, v11 and v12); ``"ssd"``, boxes that are already sorted
            out.
        labels: the names of the classes; those of COCO if not given. A class without a name is
            called by its number.
        size: the side, in pixels, of the square that the model takes.
        min_score: the least score of an object, between 0 and 1.
        max_overlap: how much of their union two boxes of one class may have in common.
        topk: how many objects of an image are given, the surest ones; all if ``None``.

    Returns:
        For each image a list of ``Detection``, the surest first; empty if nothing was found.

    Raises:
        UsageError: for arguments that cannot be.
        WeightsError: if the model is absent, damaged, or gives another layout.
        DataError: for what is no image.
        MissingExtraError: if OpenCV is not installed.

    Example:
        >>> OpenCvObjectDetection(layout="yolo")
        Traceback (most recent call last):
        towhee.errors.UnknownNameError: no layout is called 'yolo'; did you mean 'yolox', \
'yolov8' or 'yolov5'?

    Source: https://docs.opencv.org/4.x/d2/d58/tutorial_table_of_content_dnn.html;
    https://huggingface.co/opencv/object_detection_yolox
    """

    extra = "opencv"
    models = known_models(_YOLOX)

    def __init__(
        self,
        model_name: str = _YOLOX,
        *,
        checkpoint: str | os.PathLike[str] | None = None,
        layout: str = "yolox",
        labels: Sequence[str] | None = None,
        size: int = 640,
        min_score: float = 0.35,
        max_overlap: float = 0.5,
        topk: int | None = None,
    ) -> None:
        if layout not in LAYOUTS:
            raise UnknownNameError("layout", str(layout), LAYOUTS)
        for name, share in (("min_score", min_score), ("max_overlap", max_overlap)):
            if not isinstance(share, (int, float)) or not 0 <= share <= 1:
                raise UsageError(f"{name} is between 0 and 1, not {share!r}")
        for name, count in (("size", size), ("topk", topk)):
            if count is not None and (type(count) is not int or count < 1):
                raise UsageError(f"{name} is a whole number of at least 1, not {count!r}")
        if isinstance(labels, str):
            raise UsageError(f"labels is a list of names, not {labels!r}")
        self._file = onnx_file(model_name, known=self.models, checkpoint=checkpoint)
        self._layout, self._size = layout, size
        self._labels = COCO_CLASSES if labels is None else tuple(labels)
        self._min_score, self._max_overlap, self._topk = min_score, max_overlap, topk
        self._network: OnnxDetector | None = None

    def setup(self) -> None:
        """Read the model, from its file, the cache or the Hub."""
        from towhee.models.opencv.detector import OnnxDetector

        self._network = OnnxDetector(self._file.path(), LAYOUTS[self._layout], side=self._size)

    def fingerprint(self) -> str | None:
        """The model, and what computes with it."""
        from towhee.models.opencv.importing import import_opencv

        version = import_opencv("object_detection.opencv").__version__
        return f"{file_sha256_once(self._file.path())} opencv {version}"

    def content(self, value: Any) -> Any:
        """The pixels of a PIL image; anything else as it is."""
        return image_content(value)

    def prepare(self, value: Any) -> Image:
        """The image in RGB.

        Raises:
            DataError: for what is no image, and for one without pixels.
        """
        return as_image(value).to("RGB")

    def forward(self, prepared: Sequence[Any]) -> list[list[Detection]]:
        """The objects of each image."""
        return [self._objects(image) for image in prepared]

    def _objects(self, image: Image) -> list[Detection]:
        self.ensure_setup()
        assert self._network is not None
        found = self._network(
            np.asarray(image), min_score=self._min_score, max_overlap=self._max_overlap
        )
        objects = zip(found.boxes.tolist(), found.classes.tolist(), found.scores, strict=True)
        return [
            Detection((left, top, right, bottom), self._label(number), float(score))
            for (left, top, right, bottom), number, score in objects
        ][: self._topk]

    def _label(self, number: int) -> str:
        return self._labels[number] if number < len(self._labels) else str(number)
