"""``object_detection.yolov5`` and ``.yolov8``: the form that chains of earlier versions expect."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any, ClassVar

from towhee.errors import UsageError
from towhee.operators.base import ModelOperator
from towhee.operators.object_detection.opencv import OpenCvObjectDetection
from towhee.types import Image

BoxesLabelsScores = tuple[list[list[float]], list[str], list[float]]


class YoloV5ObjectDetection(ModelOperator[Image, BoxesLabelsScores]):
    """Find objects with a YOLOv5 that was exported to ONNX, and give three columns.

    For each image they are boxes (left, top, right, bottom in pixels), names and scores, the
    surest first. Its authors publish the weights under the AGPL and not in ONNX form: export them
    with ``yolo export format=onnx``, and name the file.

    Args:
        model_name: the file on the Hub, ``"owner/name/file.onnx"``; or ``checkpoint``.
        checkpoint: the ONNX file, or a folder that holds it.
        labels: the names of the classes; those of COCO if not given.
        size: the side, in pixels, of the square that the model takes.
        min_score: the least score of an object, between 0 and 1.
        max_overlap: how much of their union two boxes of one class may have in common.

    Raises:
        UsageError: for arguments that cannot be.
        WeightsError: if the model is absent, damaged, or gives another layout.
        MissingExtraError: if OpenCV is not installed.

    Example:
        >>> YoloV5ObjectDetection()
        Traceback (most recent call last):
        towhee.errors.UsageError: a yolov5 has no weights in ONNX form of its own: pass \
checkpoint= with the file that `yolo export format=onnx` writes
    """

    extra = "opencv"
    layout: ClassVar[str] = "yolov5"

    def __init__(
        self,
        model_name: str = "",
        *,
        checkpoint: str | os.PathLike[str] | None = None,
        labels: Sequence[str] | None = None,
        size: int = 640,
        min_score: float = 0.25,
        max_overlap: float = 0.45,
    ) -> None:
        if not model_name and checkpoint is None:
            raise UsageError(
                f"a {self.layout} has no weights in ONNX form of its own: pass checkpoint= with "
                "the file that `yolo export format=onnx` writes"
            )
        self._detector = OpenCvObjectDetection(
            model_name,
            checkpoint=checkpoint,
            layout=self.layout,
            labels=labels,
            size=size,
            min_score=min_score,
            max_overlap=max_overlap,
        )

    def setup(self) -> None:
        """Read the model, from its file, the cache or the Hub."""
        self._detector.ensure_setup()

    def fingerprint(self) -> str | None:
        """The model, and what computes with it."""
        return self._detector.fingerprint()

    def content(self, value: Any) -> Any:
        """The pixels of a PIL image; anything else as it is."""
        return self._detector.content(value)

    def prepare(self, value: Any) -> Image:
        """The image in RGB."""
        return self._detector.prepare(value)

    def forward(self, prepared: Sequence[Any]) -> list[BoxesLabelsScores]:
        """Boxes, names and scores of each image."""
        return [
            (
                [list(each.box) for each in objects],
                [each.label for each in objects],
                [each.score for each in objects],
            )
            for objects in self._detector.forward(prepared)
        ]


class YoloV8ObjectDetection(YoloV5ObjectDetection):
    """Find objects with a YOLOv8 that was exported to ONNX, and give three columns.

    Its arguments and results are those of ``object_detection.yolov5``; YOLOv9, v11 and v12, whose
    outputs have the same layout, go with it too.

    Example:
        >>> detect = YoloV8ObjectDetection(checkpoint="yolov8n.onnx")  # doctest: +SKIP
        >>> boxes, names, scores = detect(image)  # doctest: +SKIP
    """

    layout = "yolov8"
