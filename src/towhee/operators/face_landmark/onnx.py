"""``face_landmark.onnx``: many points on a face, with any ONNX model that gives them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from towhee.errors import DataError, UsageError, WeightsError, one_line
from towhee.models.candidates import Candidate
from towhee.models.faces.face_input import ColorOrder, FaceInput
from towhee.models.faces.onnx_face_graph import OnnxFaceGraph
from towhee.models.onnx_file import onnx_file
from towhee.models.runner import Runner
from towhee.operators.base import Operator
from towhee.operators.face_align.faces import box_of, for_each_face
from towhee.operators.face_align.warp import warped
from towhee.operators.image_embedding.pixels import as_image
from towhee.types import Image

Points = npt.NDArray[np.float32]


class OnnxFaceLandmark(Operator[Image, "Points | list[Points]"]):
    """Find points on faces (68, 98, 106, 468, …) with an ONNX model that gives all of them.

    A second column gives each image its face, or a list of faces; without it, the image is the
    face. The five points of eyes, nose and mouth a detector finds itself: ``Face.landmarks``.

    Args:
        model_name: a file on the Hub, ``"owner/name/file.onnx"``; or ``checkpoint``.
        checkpoint: an ONNX file, or a folder that holds one.
        size: the side, in pixels, of the square that the model takes.
        margin: the side of that square about a face, in parts of the longer side of its box.
        low: the coordinate that the model gives for the left and the upper edge.
        high: that for the right and the lower edge.
        mode: the order of colours that the model takes, ``"RGB"`` or ``"BGR"``.
        mean: what is subtracted from values of 0 to 255.
        std: what they are divided by then.

    Raises:
        UsageError: for arguments that cannot be.
        WeightsError: if the model is absent, damaged, or gives no points.
        DataError: for what is no image or no face.

    Example:
        >>> OnnxFaceLandmark(checkpoint="nowhere.onnx")
        Traceback (most recent call last):
        towhee.errors.WeightsError: checkpoint 'nowhere.onnx' does not exist (looked in '...')

    Source: the defaults are those of the models of
    https://github.com/deepinsight/insightface/tree/master/alignment
    """

    placement = "threads"
    extra = "opencv"

    def __init__(
        self,
        model_name: str = "",
        *,
        checkpoint: str | os.PathLike[str] | None = None,
        size: int = 192,
        margin: float = 1.5,
        low: float = -1.0,
        high: float = 1.0,
        mode: ColorOrder = "RGB",
        mean: float = 0.0,
        std: float = 1.0,
    ) -> None:
        if not low < high:
            raise UsageError(f"low is below high, not {low!r} and {high!r}")
        if not margin > 0:
            raise UsageError(f"margin is above 0, not {margin!r}")
        if not model_name and checkpoint is None:
            raise UsageError(
                "face_landmark.onnx has no model of its own: pass checkpoint= with an ONNX file, "
                'or model_name="owner/name/file.onnx"'
            )
        self._takes = FaceInput(size, mode, mean, std)
        self._margin, self._low, self._high = margin, low, high
        self._file = onnx_file(model_name, known={}, checkpoint=checkpoint)
        self._runner: Runner | None = None

    def setup(self) -> None:
        """Find the file, in its place, the cache or on the Hub."""
        graph = OnnxFaceGraph(self._file, self._takes)
        self._runner = Runner(graph, Candidate("onnxruntime"), threads=1)

    def fingerprint(self) -> str | None:
        """Weights, preprocessing, backend and precision."""
        self.ensure_setup()
        assert self._runner is not None
        return self._runner.fingerprint

    # Any: an image's faces are one, or several, or bare boxes.
    def batch(
        self, values: Sequence[Image], faces: Sequence[Any] | None = None
    ) -> list[Points | list[Points]]:
        """Of each face, points ``(n, 2) float32`` in pixels of its image."""
        images = [as_image(value) for value in values]
        if faces is None:
            return [self._points(image, _whole(image), margin=1.0) for image in images]
        pairs = zip(images, faces, strict=True)
        return [self._all(image, of_image) for image, of_image in pairs]

    def __call__(self, value: Image, faces: Any = None) -> Points | list[Points]:
        """The points of one image's face, or of its faces."""
        return self.batch([value], None if faces is None else [faces])[0]

    def _all(self, image: Image, faces: Any) -> Points | list[Points]:
        return for_each_face(
            faces, lambda face: self._points(image, box_of(face), margin=self._margin)
        )

    def _points(self, image: Image, box: npt.NDArray[np.float64], *, margin: float) -> Points:
        self.ensure_setup()
        side = (box[2:] - box[:2]).max() * margin
        if not side > 0:
            raise DataError(f"the box {box.tolist()} of a face holds nothing")
        corner = (box[:2] + box[2:] - side) / 2
        scale = side / self._takes.size
        back = np.array([[scale, 0, corner[0]], [0, scale, corner[1]]])
        pixels = self._takes.pixels(warped(image.to("RGB"), back, self._takes.size))
        given = self._given(self._takes.values([pixels]))
        parts = (given - self._low) / (self._high - self._low)
        points: Points = (corner + parts * side).astype(np.float32)
        return points

    def _given(self, values: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
        from towhee.models.backends.onnx import GRAPH_ERRORS

        assert self._runner is not None
        try:
            given = self._runner.alone()(values)
        except (*GRAPH_ERRORS, ValueError) as error:
            reason = one_line(error)
            raise WeightsError(
                f"{self._file.name} takes no face {values.shape} float32: {reason}"
            ) from error
        if given.size % 2 or not given.size:
            raise WeightsError(f"{self._file.name} gives {given.shape}, and no points (x, y)")
        return given.reshape(-1, 2).astype(np.float64)


def _whole(image: Image) -> npt.NDArray[np.float64]:
    height, width = image.shape[:2]
    return np.array([0.0, 0.0, width, height])
