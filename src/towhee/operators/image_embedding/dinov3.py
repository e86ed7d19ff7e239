"""``image_embedding.dinov3``: the self-supervised image models of DINOv3."""

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
    "facebook/dinov3-vits16-pretrain-lvd1689m": KnownModel(
        dimension=384, license="dinov3-license", megabytes=86
    ),
    "facebook/dinov3-vitb16-pretrain-lvd1689m": KnownModel(
        dimension=768, license="dinov3-license", megabytes=343
    ),
    "facebook/dinov3-vitl16-pretrain-lvd1689m": KnownModel(
        dimension=1024, license="dinov3-license", megabytes=1213
    ),
    "facebook/dinov3-convnext-tiny-pretrain-lvd1689m": KnownModel(
        dimension=768, license="dinov3-license", megabytes=111
    ),
}


class Dinov3ImageEmbedding(ImageOperator):
    """Embed images with DINOv3, whose weights the Hub gives to those who accept its licence.

    Its own preparation resizes in floating point; this one, in Pillow's whole levels, differs from
    it by a level of 255 at most.

    Args:
        model_name: ``"facebook/dinov3-vits16-pretrain-lvd1689m"``, with or without its owner, or
            any repository of the Hub with a model of this kind in the format of
            transformers.
        pooling: ``"cls"`` for the token of the whole image, ``"avg"`` for the mean of those of its
            patches, ``"pooler"`` for what the model itself hands on, which is the first.
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
        >>> embed = Dinov3ImageEmbedding()  # doctest: +SKIP
        >>> embed(np.zeros((64, 64, 3), np.uint8)).shape  # doctest: +SKIP
        (384,)

    Source: https://huggingface.co/docs/transformers/model_doc/dinov3
    """

    extra = "transformers"
    models = _KNOWN

    def __init__(
        self,
        model_name: str = "facebook/dinov3-vits16-pretrain-lvd1689m",
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
