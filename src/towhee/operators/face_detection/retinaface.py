"""``face_detection.retinaface``: the form that chains of earlier versions expect."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from towhee.operators.base import ModelOperator
from towhee.operators.face_detection.detector import Shrunk
from towhee.operators.face_detection.yunet import YuNetFaceDetection
from towhee.types import Image

BoxesAndScores = tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]


class RetinaFaceDetection(ModelOperator[Image, BoxesAndScores]):
    """Find faces, and give their boxes and their scores as two columns.

    Earlier versions ran RetinaFace under this name; faces are found by YuNet now.

    Args:
        model_name: as of ``face_detection.yunet``.
        checkpoint: its ONNX file, or a folder that holds it, in place of ``model_name``.
        min_score: the least score of a face, between 0 and 1.
        max_faces: how many of an image are given, the surest ones; all if ``None``.
        min_size: the least length, in pixels, of the shorter side of a face's box.

    Raises:
        UsageError: for arguments that cannot be.
        WeightsError: if the model is absent, damaged, or another.
        MissingExtraError: if OpenCV is not installed.

    Example:
        >>> faces = RetinaFaceDetection(max_faces=2)

    Source: Wu et al., "YuNet: A Tiny Millisecond-level Face Detector", 2023
    """

    extra = YuNetFaceDetection.extra
    models = YuNetFaceDetection.models

    def __init__(
        self,
        model_name: str = next(iter(YuNetFaceDetection.models)),
        *,
        checkpoint: str | os.PathLike[str] | None = None,
        min_score: float = 0.7,
        max_faces: int | None = None,
        min_size: float = 0,
    ) -> None:
        self._detector = YuNetFaceDetection(
            model_name,
            checkpoint=checkpoint,
            min_score=min_score,
            max_faces=max_faces,
            min_size=min_size,
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

    def prepare(self, value: Any) -> Shrunk:
        """The image in RGB, no larger than the detector takes it."""
        return self._detector.prepare(value)

    def forward(self, prepared: Sequence[Any]) -> list[BoxesAndScores]:
        """Of each image, boxes ``(n, 4) float32`` and scores ``(n,) float32``, the surest first."""
        found = self._detector.forward(prepared)
        return [
            (
                np.array([face.box for face in faces], np.float32).reshape(-1, 4),
                np.array([face.score for face in faces], np.float32),
            )
            for faces in found
        ]
