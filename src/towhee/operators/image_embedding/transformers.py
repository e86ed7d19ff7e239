"""``image_embedding.transformers``: any image model of transformers."""

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
    "google/vit-base-patch16-224-in21k": KnownModel(
        dimension=768, license="apache-2.0", megabytes=346
    ),
    "microsoft/swin-tiny-patch4-window7-224": KnownModel(
        dimension=768, license="apache-2.0", megabytes=113
    ),
    "microsoft/beit-base-patch16-224-pt22k-ft22k": KnownModel(
        dimension=768, license="apache-2.0", megabytes=412
    ),
    "facebook/convnextv2-tiny-1k-224": KnownModel(
        dimension=768, license="apache-2.0", megabytes=115
    ),
    "microsoft/resnet-50": KnownModel(dimension=2048, license="apache-2.0", megabytes=103),
}


class TransformersImageEmbedding(ImageOperator):
    """Embed images with any model of transformers that sees them: ViT, BEiT, Swin, ConvNeXt, …

    Args:
        model_name: ``"google/vit-base-patch16-224-in21k"``, with or without its owner, or
            any repository of the Hub with an image model in the format of
            transformers.
        pooling: ``"cls"`` for the token of the whole image, ``"avg"`` for the mean of those of its
            patches, ``"pooler"`` for what the model itself makes of them, which is all that
            convolutional networks have.
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
        >>> embed = TransformersImageEmbedding()  # doctest: +SKIP
        >>> embed(np.zeros((64, 64, 3), np.uint8)).shape  # doctest: +SKIP
        (768,)

    Source: https://huggingface.co/docs/transformers/model_doc/auto
    """

    extra = "transformers"
    models = _KNOWN

    def __init__(
        self,
        model_name: str = "google/vit-base-patch16-224-in21k",
        *,
        pooling: str = "cls",
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
            Backbone(source, check_vision_pooling(pooling)),
            RunConditions(device, backend, precision, fidelity),
            normalize=normalize,
            calibration=calibration,
            preprocess=preprocess,
            dimension=source.known.dimension,
        )
