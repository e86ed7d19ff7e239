"""``image_embedding.open_clip``: the image tower of any model of open_clip."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from towhee.models.known_model import KnownModel
from towhee.models.open_clip.source import open_clip_source
from towhee.models.open_clip.towers import OpenClipImage
from towhee.models.run_conditions import RunConditions
from towhee.operators.image_embedding.image_operator import ImageOperator

_KNOWN = {
    "ViT-B-32": KnownModel(dimension=512, license="mit", megabytes=605),
    "ViT-B-16": KnownModel(dimension=512, license="mit", megabytes=599),
    "ViT-L-14": KnownModel(dimension=768, license="mit", megabytes=1711),
    "ViT-B-16-SigLIP": KnownModel(dimension=768, license="apache-2.0", megabytes=813),
}


class OpenClipImageEmbedding(ImageOperator):
    """Embed images with the image tower of any model of open_clip.

    ``image_text_embedding.open_clip`` has its text tower too, in the same space.

    Args:
        model_name: open_clip's name of the architecture, ``"ViT-B-32"``, or any repository of the
            Hub in its format, ``"owner/name"``.
        pretrained: the tag of the weights, ``"laion2b_s34b_b79k"``; a repository needs none.
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
        checkpoint: a folder as open_clip saves it for the Hub, in place of ``model_name``.
        trust_pickle: load weights in the folder that can run code.

    Raises:
        UsageError: for arguments that cannot be, and a device that is not there.
        WeightsError: if files are absent, damaged, of another model, or pickled.
        UnknownNameError: for a model or tag that open_clip does not have.

    Example:
        >>> embed = OpenClipImageEmbedding("ViT-B-32", "openai")  # doctest: +SKIP
        >>> embed(np.zeros((64, 64, 3), np.uint8)).shape  # doctest: +SKIP
        (512,)

    Source: https://github.com/mlfoundations/open_clip
    """

    extra = "open_clip"
    models = _KNOWN

    def __init__(
        self,
        model_name: str = "ViT-B-32",
        pretrained: str | None = "laion2b_s34b_b79k",
        *,
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
        source = open_clip_source(
            model_name, pretrained, checkpoint=checkpoint, trust_pickle=trust_pickle
        )
        super().__init__(
            OpenClipImage(source),
            RunConditions(device, backend, precision, fidelity),
            normalize=normalize,
            calibration=calibration,
            preprocess=preprocess,
            dimension=None,
        )
