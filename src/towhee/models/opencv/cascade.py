"""Cascades of Haar features, as OpenCV 4 runs them."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from towhee.errors import UnknownNameError, UsageError, WeightsError
from towhee.models.opencv.importing import import_opencv
from towhee.types import Face

_SCALE_STEP = 1.1
_WHAT = "face_detection.haar"


class Cascade:
    """Finds what a cascade was trained for.

    Args:
        file: the cascade in XML.

    Raises:
        MissingExtraError: if OpenCV is not installed.
        UsageError: if the installed OpenCV has no cascades.
        WeightsError: if the file is no cascade.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._of_thread = threading.local()  # a cascade keeps the pyramid of its last image
        self._classifier()

    def __call__(self, image: npt.NDArray[np.uint8], *, min_neighbors: int) -> list[Face]:
        """What is found in a grey image ``(height, width) uint8``, as faces without landmarks."""
        boxes, _, weights = self._classifier().detectMultiScale3(
            image,
            scaleFactor=_SCALE_STEP,
            minNeighbors=min_neighbors,
            outputRejectLevels=True,
        )
        return [
            Face(np.array([left, top, left + width, top + height], np.float32), float(weight))
            for (left, top, width, height), weight in zip(boxes, weights, strict=True)
        ]

    # Any: the type is one of OpenCV's, which may not be installed.
    def _classifier(self) -> Any:
        if not hasattr(self._of_thread, "classifier"):
            cv2 = _with_cascades()
            classifier = cv2.CascadeClassifier()
            try:
                is_read = classifier.load(str(self._file))
            except cv2.error as error:
                raise WeightsError(f"{str(self._file)!r} is no cascade: {error}") from error
            if not is_read:
                raise WeightsError(f"{str(self._file)!r} is no cascade")
            self._of_thread.classifier = classifier
        return self._of_thread.classifier


def cascade_file(name: str) -> Path:
    """The file of a cascade that comes with OpenCV.

    Args:
        name: ``"haarcascade_frontalface_default"``.

    Raises:
        MissingExtraError: if OpenCV is not installed.
        UsageError: if the installed OpenCV has no cascades.
        UnknownNameError: if it has none of that name.
    """
    folder = Path(_with_cascades().data.haarcascades)
    file = folder / f"{name}.xml"
    if not file.is_file():
        known = [each.stem for each in folder.glob("*.xml")]
        if not known:
            raise UsageError(_no_cascades("its files"))
        raise UnknownNameError("cascade", name, known)
    return file


# Any: a module's attributes are.
def _with_cascades() -> Any:
    cv2 = import_opencv(_WHAT)
    if not hasattr(cv2, "CascadeClassifier"):
        raise UsageError(_no_cascades("them"))
    return cv2


def _no_cascades(what: str) -> str:
    version = import_opencv(_WHAT).__version__
    return (
        f"{_WHAT} needs the cascades of OpenCV 4, and OpenCV {version} has left {what} out: pip "
        'install "opencv-python-headless<5", or take face_detection.yunet, which finds more'
    )
