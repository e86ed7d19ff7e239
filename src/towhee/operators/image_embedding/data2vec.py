"""``image_embedding.data2vec``: the self-supervised image models of data2vec."""

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
    "facebook/data2vec-vision-base": KnownModel(dimension=768, license="apache-2.0", megabytes=343),
    "facebook/data2vec-vision-large": KnownModel(
        dimension=1024, license="apache-2.0", megabytes=1217
    ),
}


class Data2VecImageEmbedding(ImageOperator):
    """Embed images with data2vec, which learned to predict its own vectors of hidden parts.

    Args:
        model_name: ``"facebook/data2vec-vision-base"``, with or without its owner, or
            any repository of the Hub with a model of this kind in the format of
            transformers.
        pooling: ``"avg"`` for the mean of the tokens of the image's patches, ``"cls"`` for that of
            the whole, ``"pooler"`` for what the model itself makes of them, if it was trained to.
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
        >>> embed = Data2VecImageEmbedding()  # doctest: +SKIP
        >>> embed(np.zeros((64, 64, 3), np.uint8)).shape  # doctest: +SKIP
        (768,)

    Source: https://huggingface.co/docs/transformers/model_doc/data2vec
    """

    extra = "transformers"
    models = _KNOWN

    def __init__(
        self,
        model_name: str = "facebook/data2vec-vision-base",
        *,
        pooling: str = "avg",
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
