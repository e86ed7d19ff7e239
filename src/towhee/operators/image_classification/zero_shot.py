"""``image_classification.zero_shot``: which of your own labels an image shows."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from towhee.errors import UsageError
from towhee.models.class_scores import surest_classes
from towhee.models.known_model import KnownModel
from towhee.models.model_source import model_source
from towhee.models.run_conditions import RunConditions
from towhee.models.transformers.label_scores import (
    LabelScores,
    encoder_of,
    label_scores,
    sentence_about,
)
from towhee.operators.base import ModelOperator, Streams, short
from towhee.operators.image_embedding.image_operator import ImageOperator
from towhee.operators.image_embedding.pixels import image_content
from towhee.operators.image_text_embedding.clip import ClipImageTextEmbedding
from towhee.operators.image_text_embedding.siglip import SiglipImageTextEmbedding
from towhee.operators.topk import check_topk
from towhee.types import Classification, Image

_KNOWN: dict[str, KnownModel] = {
    **ClipImageTextEmbedding.models,
    **SiglipImageTextEmbedding.models,
}


class ZeroShotImageClassification(ModelOperator[Image, list[Classification]]):
    """Say which of your own labels an image shows, without training for them.

    A CLIP or SigLIP model compares the image with a sentence about each label. The scores are
    those of transformers' own zero-shot pipeline: shares of 1 with CLIP; with SigLIP each label
    has a probability of its own, so that none or several may apply.

    Args:
        labels: what to choose from, ``["cat", "dog"]``.
        template: the sentence about a label, which stands for ``{}``.
        topk: how many of the labels to give, the surest first; all if ``None``.
        model_name: ``"laion/CLIP-ViT-B-32-laion2B-s34B-b79K"``, with or without its owner, or any
            repository of the Hub with a CLIP or SigLIP model in the format of transformers.
        device: ``"auto"`` for a CUDA GPU if there is one and the CPU otherwise, or ``"cpu"``,
            ``"cuda"``, ``"cuda:1"``, ``"mps"``.
        backend: ``"torch"``, ``"onnxruntime"`` or ``"openvino"``; ``"auto"`` for the fastest that
            agrees with torch.
        precision: ``"float32"``, ``"bfloat16"``, ``"float16"`` or ``"int8"``; ``"auto"`` for the
            fastest that agrees. ``"int8"`` is taken only if it is asked for by name.
        fidelity: the least cosine of any image's vector to that of torch in float32.
        checkpoint: a folder as transformers saves it, in place of ``model_name``.
        trust_pickle: load weights in the folder that can run code.

    Raises:
        UsageError: for arguments that cannot be, and a device that is not there.
        WeightsError: if files are absent, damaged, of another kind of model, or pickled.

    Example:
        >>> classify = ZeroShotImageClassification(["cat", "dog"])  # doctest: +SKIP
        >>> classify(picture)  # doctest: +SKIP
        [Classification(label='dog', score=0.98), Classification(label='cat', score=0.02)]

    Source: https://huggingface.co/docs/transformers/tasks/zero_shot_image_classification
    """

    extra = "siglip"
    models = _KNOWN

    def __init__(
        self,
        labels: Sequence[str],
        *,
        template: str = "This is a photo of {}.",
        topk: int | None = None,
        model_name: str = "laion/CLIP-ViT-B-32-laion2B-s34B-b79K",
        device: str = "auto",
        backend: str = "auto",
        precision: str = "auto",
        fidelity: float = 0.9999,
        checkpoint: str | os.PathLike[str] | None = None,
        trust_pickle: bool = False,
    ) -> None:
        self._labels = _checked_labels(labels)
        sentence_about(self._labels[0], template)
        self._template = template
        self._topk = None if topk is None else check_topk(topk)
        self._source = model_source(
            model_name, known=_KNOWN, checkpoint=checkpoint, trust_pickle=trust_pickle
        )
        self._conditions = RunConditions(device, backend, precision, fidelity)
        self._embed: ImageOperator | None = None
        self._scores: LabelScores | None = None

    def setup(self) -> None:
        """Read the model, compute the vectors of the labels, and settle what runs the images."""
        from towhee.models.transformers.dual_encoder import ImageHalf
        from towhee.models.transformers.importing import import_transformers

        import_transformers(extra=self.extra or "transformers")
        self._scores = label_scores(self._source, self._labels, self._template)
        self._embed = ImageOperator(
            ImageHalf(encoder_of(self._source), self._source),
            self._conditions,
            normalize=True,
            calibration=(),
            preprocess="exact",
            dimension=self._source.known.dimension,
        )
        self._embed.ensure_setup()

    @property
    def embed(self) -> ImageOperator:
        """What gives the vectors of images; the first to ask sets it up."""
        self.ensure_setup()
        assert self._embed is not None
        return self._embed

    def load(self) -> None:
        """Load the weights in the form that single calls need."""
        self.embed.load()

    def how_it_runs(self) -> list[str]:
        """The backend and precision that were chosen, and what was measured for it."""
        return [] if self._embed is None else self._embed.how_it_runs()

    def fingerprint(self) -> str | None:
        """Weights, preprocessing, backend and precision."""
        return self.embed.fingerprint()

    def streams(self) -> Streams:
        """The model for an engine: a call for each core, in batches of the size that is best."""
        how = self.embed.streams()
        return replace(how, forward=lambda prepared: self._answers(how.forward(prepared)))

    def content(self, value: Any) -> Any:
        """The pixels of a PIL image; anything else as it is."""
        return image_content(value)

    def prepare(self, value: Any) -> npt.NDArray[np.uint8]:
        """What the model takes: ``(height, width, 3) uint8``, resized and cropped.

        Raises:
            DataError: for what is no image, and for one without pixels.
        """
        return self.embed.prepare(value)

    def forward(self, prepared: Sequence[Any]) -> list[list[Classification]]:
        """The labels of each image with their scores, the surest first."""
        return self._answers(self.embed.forward(prepared))

    # Any: an engine's results are of any kind.
    def _answers(self, vectors: Any) -> list[list[Classification]]:
        assert self._scores is not None
        if not len(vectors):
            return []
        return surest_classes(self._scores(vectors), self._scores.labels, self._topk)


def _checked_labels(labels: Sequence[str]) -> tuple[str, ...]:
    if isinstance(labels, str) or not labels:
        raise UsageError(f'labels is a list of texts, ["cat", "dog"], not {short(labels)}')
    for label in labels:
        if not isinstance(label, str) or not label.strip():
            raise UsageError(f"a label is a text, not {short(label)}")
    if len(set(labels)) < len(labels):
        raise UsageError(f"a label stands twice in {short(list(labels))}")
    return tuple(labels)
