"""``face_embedding.arcface``: any model of ArcFace's kind in ONNX form."""

from __future__ import annotations

import os

from towhee.models.faces.face_input import ColorOrder, FaceInput
from towhee.models.onnx_file import known_models, onnx_file
from towhee.operators.face_embedding.onnx_operator import OnnxFaceEmbedding

_AURAFACE = "fal/AuraFace-v1"
_MODEL_ZOO = "onnxmodelzoo/arcfaceresnet100-8"
_NORMALISES_ITSELF = (_MODEL_ZOO,)


class ArcFaceEmbedding(OnnxFaceEmbedding):
    """Embed aligned faces with any ONNX model of ArcFace's kind.

    Faces come from ``face_align``, as 112x112 pixels; images of another size are resized.

    Args:
        model_name: ``"fal/AuraFace-v1"``, ``"onnxmodelzoo/arcfaceresnet100-8"``, or any file on
            the Hub: ``"owner/name/file.onnx"``.
        checkpoint: an ONNX file, or a folder that holds one, in place of ``model_name``.
        mode: the order of colours that the model takes, ``"RGB"`` or ``"BGR"``.
        mean: what is subtracted from values of 0 to 255; ``None`` for what a listed model wants,
            and 127.5 of any other.
        std: what they are divided by then; ``None`` as for ``mean``.
        size: the side, in pixels, of the faces that the model takes.
        normalize: whether vectors have unit length, so that the inner product is the cosine.

    Attributes:
        threads: how many of the CPU the model may use, set before ``setup``; all cores if ``None``.

    Raises:
        UsageError: for arguments that cannot be.
        WeightsError: if the model is absent, damaged, or takes no faces.

    Example:
        >>> ArcFaceEmbedding().dimension
        512

    Source: Deng et al., "ArcFace: Additive Angular Margin Loss for Deep Face Recognition", 2019;
    https://huggingface.co/fal/AuraFace-v1
    """

    extra = "opencv"
    models = known_models(_AURAFACE, _MODEL_ZOO)

    def __init__(
        self,
        model_name: str = _AURAFACE,
        *,
        checkpoint: str | os.PathLike[str] | None = None,
        mode: ColorOrder = "RGB",
        mean: float | None = None,
        std: float | None = None,
        size: int = 112,
        normalize: bool = True,
    ) -> None:
        file = onnx_file(model_name, known=self.models, checkpoint=checkpoint)
        usual = (0.0, 1.0) if file.name in _NORMALISES_ITSELF else (127.5, 127.5)
        takes = FaceInput(
            size,
            mode,
            usual[0] if mean is None else mean,
            usual[1] if std is None else std,
        )
        super().__init__(file, takes, normalize=normalize)
