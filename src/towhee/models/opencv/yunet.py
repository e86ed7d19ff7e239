"""YuNet, as OpenCV runs it."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from towhee.errors import WeightsError, one_line
from towhee.models.opencv.importing import import_opencv
from towhee.types import Face

_OVERLAP = 0.3  # of two boxes, above which they are one face, as in OpenCV's own
_CANDIDATES = 5000


class YuNet:
    """Finds faces and five landmarks of each.

    Args:
        file: the model in ONNX form.
        min_score: the least score of a face.

    Raises:
        MissingExtraError: if OpenCV is not installed.
        WeightsError: if it is no model that OpenCV reads.
    """

    def __init__(self, file: Path, *, min_score: float) -> None:
        self._cv2 = import_opencv("face_detection.yunet")
        self._file, self._min_score = file, min_score
        self._of_thread = threading.local()  # a detector keeps the size of its last image
        self._detector((32, 32))

    def __call__(self, image: npt.NDArray[np.uint8]) -> list[Face]:
        """The faces in an image ``(height, width, 3) uint8`` in BGR.

        Raises:
            WeightsError: if the model is another than YuNet.
        """
        height, width = image.shape[:2]
        detector = self._detector((width, height))
        try:
            _, found = detector.detect(image)
        except self._cv2.error as error:
            raise WeightsError(f"{str(self._file)!r} is no YuNet: {one_line(error)}") from error
        return [_face(row) for row in ([] if found is None else found)]

    # Any: the type is one of OpenCV's, which may not be installed.
    def _detector(self, size: tuple[int, int]) -> Any:
        if not hasattr(self._of_thread, "detector"):
            try:
                self._of_thread.detector = self._cv2.FaceDetectorYN.create(
                    str(self._file), "", size, self._min_score, _OVERLAP, _CANDIDATES
                )
            except self._cv2.error as error:
                raise WeightsError(
                    f"{str(self._file)!r} is no ONNX model, or a damaged one: {one_line(error)}"
                ) from error
        self._of_thread.detector.setInputSize(size)
        return self._of_thread.detector


def _face(row: npt.NDArray[np.float32]) -> Face:
    left, top, width, height = row[:4]
    box = np.array([left, top, left + width, top + height], np.float32)
    return Face(box, float(row[14]), row[4:14].reshape(5, 2).copy())
