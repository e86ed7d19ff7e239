"""``image_text_embedding.open_clip``: any model of open_clip."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from towhee.models.open_clip.source import open_clip_source
from towhee.models.open_clip.towers import OpenClipImage, OpenClipText
from towhee.models.run_conditions import RunConditions
from towhee.models.towers import check_modality
from towhee.operators.image_embedding.open_clip import OpenClipImageEmbedding
from towhee.operators.image_text_embedding.tower_operator import TowerOperator


class OpenClipImageTextEmbedding(TowerOperator):
    """Embed images and texts in one space with any model of open_clip.

    The inner product of two vectors says how well an image and a text, two images or two texts
    go together.

    Args:
        model_name: open_clip's name of the architecture, ``"ViT-B-32"``, or any repository of the
            Hub in its format, ``"owner/name"``.
        modality: ``"image"`` for the tower that sees images, ``"text"`` for the one that reads
            texts; what is longer than it reads is cut.
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
        calibration: images or texts of your own kind, on which vectors are compared and int8 is
            calibrated; samples of the package if not given.
        checkpoint: a folder as open_clip saves it for the Hub, in place of ``model_name``.
        trust_pickle: load weights in the folder that can run code.

    Raises:
        UsageError: for arguments that cannot be, and a device that is not there.
        WeightsError: if files are absent, damaged, of another model, or pickled.
        UnknownNameError: for a model or tag that open_clip does not have.

    Example:
        >>> text = OpenClipImageTextEmbedding(modality="text")  # doctest: +SKIP
        >>> text("two dogs on a lawn").shape  # doctest: +SKIP
        (512,)

    Source: https://github.com/mlfoundations/open_clip
    """

    extra = "open_clip"
    models = OpenClipImageEmbedding.models

    def __init__(
        self,
        model_name: str = "ViT-B-32",
        modality: str = "image",
        *,
        pretrained: str | None = "laion2b_s34b_b79k",
        normalize: bool = True,
        device: str = "auto",
        backend: str = "auto",
        precision: str = "auto",
        fidelity: float = 0.999,
        calibration: Sequence[Any] = (),
        checkpoint: str | os.PathLike[str] | None = None,
        trust_pickle: bool = False,
    ) -> None:
        source = open_clip_source(
            model_name, pretrained, checkpoint=checkpoint, trust_pickle=trust_pickle
        )
        sees = check_modality(modality) == "image"
        super().__init__(
            OpenClipImage(source) if sees else None,
            None if sees else OpenClipText(source),
            RunConditions(device, backend, precision, fidelity),
            normalize=normalize,
            calibration=calibration,
            dimension=None,
        )
