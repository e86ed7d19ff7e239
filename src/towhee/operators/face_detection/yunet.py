"""``face_detection.yunet``: YuNet, which OpenCV runs."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import numpy as np

from towhee.models.file_digest import file_sha256_once
from towhee.models.onnx_file import known_models, onnx_file
from towhee.operators.face_detection.detector import FaceDetector
from towhee.types import Face, Image

if TYPE_CHECKING:
    from towhee.models.opencv.yunet import YuNet

_YUNET = "opencv/face_detection_yunet"


class YuNetFaceDetection(FaceDetector):
    """Find faces, and five landmarks of each, with YuNet.

    It finds faces from about 10 pixels on, seen from the front or half from the side.

    Args:
        model_name: ``"opencv/face_detection_yunet"``, or another file of the network on the Hub:
            ``"owner/name/file.onnx"``.
        checkpoint: its ONNX file, or a folder that holds it, in place of ``model_name``.
        min_score: the least score of a face, between 0 and 1.
        max_faces: how many of an image are given, the surest ones; all if ``None``.
        min_size: the least length, in pixels, of the shorter side of a face's box.
        max_side: images are shrunk for the detector until their longer side has this many pixels;
            ``None`` to take them as they are. Boxes are those of the image as it was.

    Raises:
        UsageError: for arguments that cannot be.
        WeightsError: if the model is absent, damaged, or another.
        MissingExtraError: if OpenCV is not installed.

    Example:
        >>> faces = YuNetFaceDetection(min_score=0.8, max_faces=1)
        >>> faces.models["opencv/face_detection_yunet"].license
        'mit'

    Source: Wu et al., "YuNet: A Tiny Millisecond-level Face Detector", 2023;
    https://huggingface.co/opencv/face_detection_yunet
    """

    extra = "opencv"
    models = known_models(_YUNET)

    def __init__(
        self,
        model_name: str = _YUNET,
        *,
        checkpoint: str | os.PathLike[str] | None = None,
        min_score: float = 0.7,
        max_faces: int | None = None,
        min_size: float = 0,
        max_side: int | None = 1024,
    ) -> None:
        super().__init__(
            min_score=min_score, max_faces=max_faces, min_size=min_size, max_side=max_side
        )
        self._file = onnx_file(model_name, known=self.models, checkpoint=checkpoint)
        self._network: YuNet | None = None

    def setup(self) -> None:
        """Read the model, from its file, the cache or the Hub."""
        from towhee.models.opencv.yunet import YuNet

        self._network = YuNet(self._file.path(), min_score=self._min_score)

    def fingerprint(self) -> str | None:
        """The model, and what computes with it."""
        from towhee.models.opencv.importing import import_opencv

        version = import_opencv("face_detection.yunet").__version__
        return f"{file_sha256_once(self._file.path())} opencv {version}"

    def find(self, image: Image) -> list[Face]:
        """All faces in an image in RGB."""
        self.ensure_setup()
        assert self._network is not None
        return self._network(np.asarray(image.to("BGR")))
