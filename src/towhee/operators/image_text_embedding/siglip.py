"""``image_text_embedding.siglip``: SigLIP models of transformers."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from towhee.models.model_source import model_source
from towhee.models.run_conditions import RunConditions
from towhee.models.towers import check_modality
from towhee.models.transformers.dual_encoder import ImageHalf, TextHalf
from towhee.models.transformers.dual_encoders import SIGLIP
from towhee.operators.image_embedding.siglip import SiglipImageEmbedding
from towhee.operators.image_text_embedding.tower_operator import TowerOperator

_KNOWN = SiglipImageEmbedding.models


class SiglipImageTextEmbedding(TowerOperator):
    """Embed images and texts in one space with a SigLIP model.

    The inner product of two vectors says how well an image and a text, two images or two texts
    go together.

    Args:
        model_name: ``"google/siglip-base-patch16-224"``, with or without its owner, or
            any repository of the Hub with a SigLIP model in the format of
            transformers.
        modality: ``"image"`` for the tower that sees images, ``"text"`` for the one that reads
            texts; what is longer than it reads is cut.
        normalize: whether vectors have unit length, so that the inner product is the cosine.
        device: ``"auto"`` for a CUDA GPU if there is one and the CPU otherwise, or ``"cpu"``,
            ``"cuda"``, ``"cuda:1"``, ``"mps"``.
        backend: ``"torch"``, ``"onnxruntime"`` or ``"openvino"``; ``"auto"`` measures those that
            are installed, once for each model and machine, and takes the fastest whose vectors
            agree with torch's in float32.
        precision: ``"float32"``, ``"bfloat16"``, ``"float16"`` or ``"int8"``; ``"auto"`` for the
            fastest that agrees. ``"int8"`` is taken only if it is asked for by name, or if there
            is ``calibration``.
        fidelity: the least cosine of any vector to that of torch in float32.
        calibration: images or texts of your own kind, on which vectors are compared and int8 is
            calibrated; samples of the package if not given.
        checkpoint: a folder as transformers saves it, in place of ``model_name``.
        trust_pickle: load weights in the folder that can run code.

    Raises:
        UsageError: for arguments that cannot be, and a device that is not there.
        WeightsError: if files are absent, damaged, of another model, or pickled.

    Example:
        >>> image = SiglipImageTextEmbedding(modality="image")  # doctest: +SKIP
        >>> text = SiglipImageTextEmbedding(modality="text")  # doctest: +SKIP
        >>> float(image(picture) @ text("two dogs on a lawn"))  # doctest: +SKIP
        0.29

    Source: https://huggingface.co/docs/transformers/model_doc/siglip
    """

    extra = "siglip"
    models = _KNOWN

    def __init__(
        self,
        model_name: str = "google/siglip-base-patch16-224",
        modality: str = "image",
        *,
        normalize: bool = True,
        device: str = "auto",
        backend: str = "auto",
        precision: str = "auto",
        fidelity: float = 0.999,
        calibration: Sequence[Any] = (),
        checkpoint: str | os.PathLike[str] | None = None,
        trust_pickle: bool = False,
    ) -> None:
        source = model_source(
            model_name, known=_KNOWN, checkpoint=checkpoint, trust_pickle=trust_pickle
        )
        sees = check_modality(modality) == "image"
        super().__init__(
            ImageHalf(SIGLIP, source) if sees else None,
            None if sees else TextHalf(SIGLIP, source),
            RunConditions(device, backend, precision, fidelity),
            normalize=normalize,
            calibration=calibration,
            dimension=source.known.dimension,
        )
