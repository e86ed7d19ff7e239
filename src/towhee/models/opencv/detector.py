"""Detectors of objects in ONNX form, as OpenCV runs them."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from towhee.errors import WeightsError, one_line
from towhee.models.opencv.importing import import_opencv
from towhee.models.opencv.layouts import Found, Layout
from towhee.models.opencv.letterbox import Letterbox, letterboxed

_WHAT = "object_detection.opencv"


class OnnxDetector:
    """Finds objects.

    Args:
        file: the model.
        layout: what it is given, and what it gives.
        side: of the square that it takes, in pixels.

    Raises:
        MissingExtraError: if OpenCV is not installed.
        WeightsError: if it is no model that OpenCV reads.
    """

    def __init__(self, file: Path, layout: Layout, *, side: int) -> None:
        self._cv2 = import_opencv(_WHAT)
        self._file, self._layout, self._side = file, layout, side
        self._of_thread = threading.local()  # a network keeps its last input
        self._network()

    def __call__(
        self, image: npt.NDArray[np.uint8], *, min_score: float, max_overlap: float
    ) -> Found:
        """The objects in an image ``(height, width, 3) uint8`` in RGB, the surest first.

        Args:
            image: which; boxes are in its pixels.
            min_score: the least score of an object.
            max_overlap: how much of their union two boxes of one class may have in common.

        Raises:
            WeightsError: if the model gives another layout, or takes another size.
        """
        given, place = self._given(image)
        network = self._network()
        try:
            network.setInput(given)
            outputs = network.forward(network.getUnconnectedOutLayersNames())
        except self._cv2.error as error:
            raise WeightsError(
                f"{str(self._file)!r} does not take {given.shape}: pass size= ({one_line(error)})"
            ) from error
        found = self._layout.read([np.asarray(each) for each in outputs], self._side)
        return self._distinct(found, place, min_score, max_overlap)

    def _given(self, image: npt.NDArray[np.uint8]) -> tuple[npt.NDArray[np.float32], Any]:
        layout = self._layout
        height, width = image.shape[:2]
        place: Letterbox | npt.NDArray[np.float32]
        if layout.keeps_proportions:
            square, place = letterboxed(image, self._side, is_centred=layout.is_centred)
        else:
            square = self._cv2.resize(image, (self._side, self._side))
            place = np.array([width, height, width, height], np.float32)
            place /= np.float32(self._side)
        values = (square.astype(np.float32) - layout.mean) / np.float32(layout.divisor)
        return np.ascontiguousarray(values.transpose(2, 0, 1)[None]), place

    def _distinct(self, found: Found, place: Any, min_score: float, max_overlap: float) -> Found:
        sure = np.flatnonzero(found.scores >= min_score)
        if not sure.size:
            return Found(found.boxes[sure], found.scores[sure], found.classes[sure])
        boxes = found.boxes[sure]
        corner_and_size = np.concatenate([boxes[:, :2], boxes[:, 2:] - boxes[:, :2]], axis=1)
        kept = self._cv2.dnn.NMSBoxesBatched(
            corner_and_size.tolist(),
            found.scores[sure].tolist(),
            found.classes[sure].tolist(),
            min_score,
            max_overlap,
        )
        chosen = sure[np.asarray(kept, np.intp).ravel()]
        chosen = chosen[np.argsort(-found.scores[chosen], kind="stable")]
        boxes = found.boxes[chosen]
        in_image = place.in_image(boxes) if isinstance(place, Letterbox) else boxes * place
        return Found(in_image, found.scores[chosen], found.classes[chosen])

    # Any: the type is one of OpenCV's, which may not be installed.
    def _network(self) -> Any:
        if not hasattr(self._of_thread, "network"):
            try:
                self._of_thread.network = self._cv2.dnn.readNetFromONNX(str(self._file))
            except self._cv2.error as error:
                raise WeightsError(
                    f"{str(self._file)!r} is no ONNX model that OpenCV reads: {one_line(error)}"
                ) from error
        return self._of_thread.network
