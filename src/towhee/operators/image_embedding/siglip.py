"""``image_embedding.siglip``: the image tower of SigLIP."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from towhee.models.known_model import KnownModel
from towhee.models.model_source import model_source
from towhee.models.run_conditions import RunConditions
from towhee.models.transformers.backbone import Backbone, check_vision_pooling
from towhee.operators.image_embedding.image_operator import ImageOperator

_KNOWN = {
    "google/siglip-base-patch16-224": KnownModel(
        dimension=768, license="apache-2.0", megabytes=813
    ),
    "google/siglip-large-patch16-256": KnownModel(
        dimension=1024, license="apache-2.0", megabytes=2609
    ),
    "google/siglip-so400m-patch14-384": KnownModel(
        dimension=1152, license="apache-2.0", megabytes=3511
    ),
    "google/siglip2-base-patch16-224": KnownModel(
        dimension=768, license="apache-2.0", megabytes=1501
    ),
}


class SiglipImageEmbedding(ImageOperator):
    """Embed images with the image tower of SigLIP, which learned from images and their captions.

    ``image_text_embedding.siglip`` has its text tower too, in the same space.

    Args:
        model_name: ``"google/siglip-base-patch16-224"``, with or without its owner, or
            any repository of the Hub with a model of this kind in the format of
            transformers.
        pooling: ``"pooler"`` for the vector that captions are compared with, ``"avg"`` for the
            mean of the tokens of the image's patches.
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
        calibration: images of your own kind (paths, or images), on which vectors are compared
            and int8 is calibrated; the sample photographs if not given.
        preprocess: ``"exact"`` for the pixels of the reference, or ``"fast"`` for six tenths of the
            time and nearly the same pixels.
        checkpoint: a folder as transformers saves it, in place of ``model_name``.
        trust_pickle: load weights in the folder that can run code.

    Raises:
        UsageError: for arguments that cannot be, and a device that is not there.
        WeightsError: if files are absent, damaged, of another model, or pickled.

    Example:
        >>> embed = SiglipImageEmbedding()  # doctest: +SKIP
        >>> embed(np.zeros((64, 64, 3), np.uint8)).shape  # doctest: +SKIP
        (768,)

    Source: https://huggingface.co/docs/transformers/model_doc/siglip
    """

    extra = "transformers"
    models = _KNOWN

    def __init__(
        self,
        model_name: str = "google/siglip-base-patch16-224",
        *,
        pooling: str = "pooler",
        normalize: bool = True,
        device: str = "auto",
        backend: str = "auto",
        precision: str = "auto",
        fidelity: float = 0.999,
        calibration: Sequence[Any] = (),
        preprocess: str = "exact",
        checkpoint: str | os.PathLike[str] | None = None,
        trust_pickle: bool = False,
    ) -> None:
        source = model_source(
            model_name, known=_KNOWN, checkpoint=checkpoint, trust_pickle=trust_pickle
        )
        super().__init__(
            Backbone(source, check_vision_pooling(pooling), "SiglipVisionModel"),
            RunConditions(device, backend, precision, fidelity),
            normalize=normalize,
            calibration=calibration,
            preprocess=preprocess,
            dimension=source.known.dimension,
        )
