"""``face_detection.mtcnn``: MTCNN, in torch."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from towhee.errors import UsageError, WeightsError
from towhee.models.backends.device import check_device
from towhee.models.checkpoint_path import checkpoint_path
from towhee.models.faces.importing import import_torch
from towhee.models.file_digest import file_sha256_once
from towhee.operators.face_detection.detector import FaceDetector
from towhee.types import Face, Image

if TYPE_CHECKING:
    from towhee.models.faces.mtcnn import Mtcnn


class MtcnnFaceDetection(FaceDetector):
    """Find faces, and five landmarks of each, with MTCNN.

    The Hub has its published weights in no form that is safe to load, so they have to be named:
    the package facenet-pytorch (MIT) carries them in its folder ``data``.

    Args:
        checkpoint: a safetensors file, or a folder with ``model.safetensors``, whose weights have
            the names that facenet-pytorch's ``MTCNN`` has for them; or, with ``trust_pickle``, a
            folder with its ``pnet.pt``, ``rnet.pt`` and ``onet.pt``.
        min_score: the least score of a face, between 0 and 1; 0.7 at least is always asked for.
        max_faces: how many of an image are given, the surest ones; all if ``None``.
        min_size: the side, in pixels, of the smallest face that is looked for; time grows with
            the square of what it falls.
        max_side: images are shrunk for the detector until their longer side has this many pixels;
            ``None`` to take them as they are. Boxes are those of the image as it was.
        device: ``"auto"`` for a CUDA GPU if there is one and the CPU otherwise, or ``"cpu"``,
            ``"cuda"``, ``"cuda:1"``, ``"mps"``.
        trust_pickle: load a checkpoint that can run code.

    Raises:
        UsageError: for arguments that cannot be, and a device that is not there.
        WeightsError: if weights are absent, damaged, of another network, or pickled.
        MissingExtraError: if torch is not installed.

    Example:
        >>> MtcnnFaceDetection(checkpoint="nowhere")
        Traceback (most recent call last):
        towhee.errors.WeightsError: checkpoint 'nowhere' does not exist

    Source: Zhang et al., "Joint Face Detection and Alignment using Multi-task Cascaded
    Convolutional Networks", 2016; https://github.com/timesler/facenet-pytorch
    """

    extra = "torch"

    def __init__(
        self,
        *,
        checkpoint: str | os.PathLike[str],
        min_score: float = 0.9,
        max_faces: int | None = None,
        min_size: float = 20,
        max_side: int | None = 1024,
        device: str = "auto",
        trust_pickle: bool = False,
    ) -> None:
        super().__init__(
            min_score=min_score, max_faces=max_faces, min_size=min_size, max_side=max_side
        )
        if min_size < 1:
            raise UsageError(f"min_size is at least 1, not {min_size}")
        check_device(device)
        self._checkpoint = checkpoint_path(checkpoint)
        if not self._checkpoint.exists():
            raise WeightsError(f"checkpoint {str(checkpoint)!r} does not exist")
        self._device, self._trust_pickle = device, trust_pickle
        self._network: Mtcnn | None = None

    def setup(self) -> None:
        """Read the weights."""
        import_torch("face_detection.mtcnn")
        from towhee.models.backends.torch_eager import chosen_device
        from towhee.models.faces.mtcnn import Mtcnn

        self._network = Mtcnn(
            self._files(),
            device=chosen_device(self._device),
            min_size=self._min_size,
            scale_step=0.709,
        )

    def fingerprint(self) -> str | None:
        """The weights, and what computes with them."""
        torch = import_torch("face_detection.mtcnn")
        return " ".join([*map(file_sha256_once, self._files()), "torch", torch.__version__])

    def find(self, image: Image) -> list[Face]:
        """All faces in an image in RGB."""
        self.ensure_setup()
        assert self._network is not None
        return self._network(np.asarray(image))

    def _files(self) -> list[Path]:
        from towhee.models.faces.mtcnn import mtcnn_files

        return mtcnn_files(self._checkpoint, trust_pickle=self._trust_pickle)
