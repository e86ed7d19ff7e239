"""``face_detection.haar``: the cascade of Viola and Jones, whose weights come with OpenCV 4."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from towhee.errors import UsageError, WeightsError
from towhee.models.checkpoint_path import checkpoint_path
from towhee.models.file_digest import file_sha256_once
from towhee.operators.face_detection.detector import FaceDetector
from towhee.types import Face, Image

if TYPE_CHECKING:
    from towhee.models.opencv.cascade import Cascade


class HaarFaceDetection(FaceDetector):
    """Find faces seen from the front, without a download: OpenCV 4 brings its weights along.

    It is quick and misses more, and takes more for a face that is none, than the others; it finds
    no landmarks.

    Args:
        cascade: which of OpenCV's cascades, by the name of its file.
        checkpoint: a cascade's XML file of your own, in place of ``cascade``.
        min_neighbors: how many overlapping finds make a face; more of them are stricter.
        min_score: the least score, which is the last stage's sum of weights: mostly 0 to 10.
        max_faces: how many of an image are given, the surest ones; all if ``None``.
        min_size: the least length, in pixels, of the side of a face's box.
        max_side: images are shrunk for the detector until their longer side has this many pixels;
            ``None`` to take them as they are. Boxes are those of the image as it was.

    Raises:
        UsageError: for arguments that cannot be, and if the installed OpenCV has no cascades.
        WeightsError: if the file is absent, or no cascade.
        MissingExtraError: if OpenCV is not installed.

    Example:
        >>> faces = HaarFaceDetection(min_neighbors=8)

    Source: Viola and Jones, "Rapid Object Detection using a Boosted Cascade of Simple Features",
    2001; https://docs.opencv.org/4.x/db/d28/tutorial_cascade_classifier.html
    """

    extra = "opencv"

    def __init__(
        self,
        cascade: str = "haarcascade_frontalface_default",
        *,
        checkpoint: str | os.PathLike[str] | None = None,
        min_neighbors: int = 5,
        min_score: float = 0,
        max_faces: int | None = None,
        min_size: float = 24,
        max_side: int | None = 1024,
    ) -> None:
        super().__init__(
            min_score=min_score,
            best_score=None,
            max_faces=max_faces,
            min_size=min_size,
            max_side=max_side,
        )
        if not isinstance(min_neighbors, int) or min_neighbors < 1:
            raise UsageError(f"min_neighbors is at least 1, not {min_neighbors!r}")
        if not isinstance(cascade, str) or not cascade.isidentifier():
            raise UsageError(f"cascade is the name of one of OpenCV's files, not {cascade!r}")
        if checkpoint is not None and not checkpoint_path(checkpoint).is_file():
            raise WeightsError(f"checkpoint {str(checkpoint)!r} does not exist")
        self._name, self._min_neighbors = cascade, min_neighbors
        self._checkpoint = None if checkpoint is None else checkpoint_path(checkpoint)
        self._cascade: Cascade | None = None

    def setup(self) -> None:
        """Read the cascade."""
        from towhee.models.opencv.cascade import Cascade

        self._cascade = Cascade(self._path())

    def fingerprint(self) -> str | None:
        """The cascade's digest."""
        return file_sha256_once(self._path())

    def find(self, image: Image) -> list[Face]:
        """All faces in an image in RGB."""
        self.ensure_setup()
        assert self._cascade is not None
        return self._cascade(np.asarray(image.to("L")), min_neighbors=self._min_neighbors)

    def _path(self) -> Path:
        from towhee.models.opencv.cascade import cascade_file

        return self._checkpoint or cascade_file(self._name)
