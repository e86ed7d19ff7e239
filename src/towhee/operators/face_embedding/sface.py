"""``face_embedding.sface``: SFace of OpenCV's model zoo."""

from __future__ import annotations

import os

from towhee.models.faces.face_input import FaceInput
from towhee.models.onnx_file import known_models, onnx_file
from towhee.operators.face_embedding.onnx_operator import OnnxFaceEmbedding

_SFACE = "opencv/face_recognition_sface"


class SFaceEmbedding(OnnxFaceEmbedding):
    """Embed aligned faces with SFace, a small model (39 MB).

    Faces come from ``face_align``, as 112x112 pixels; images of another size are resized. Two
    pictures of one person mostly have a cosine above 0.363.

    Args:
        model_name: ``"opencv/face_recognition_sface"``, or another file of the network on the Hub:
            ``"owner/name/file.onnx"``.
        checkpoint: its ONNX file, or a folder that holds it, in place of ``model_name``.
        normalize: whether vectors have unit length, so that the inner product is the cosine.

    Attributes:
        threads: how many of the CPU the model may use, set before ``setup``; all cores if ``None``.

    Raises:
        UsageError: for arguments that cannot be.
        WeightsError: if the model is absent, damaged, or takes no faces.

    Example:
        >>> SFaceEmbedding().dimension
        128

    Source: Zhong et al., "SFace: Sigmoid-Constrained Hypersphere Loss for Robust Face
    Recognition", 2021; https://huggingface.co/opencv/face_recognition_sface
    """

    extra = "opencv"
    models = known_models(_SFACE)

    def __init__(
        self,
        model_name: str = _SFACE,
        *,
        checkpoint: str | os.PathLike[str] | None = None,
        normalize: bool = True,
    ) -> None:
        file = onnx_file(model_name, known=self.models, checkpoint=checkpoint)
        super().__init__(file, FaceInput(), normalize=normalize)
