"""How well images go with labels that nobody trained for: zero-shot classification."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from towhee.errors import UsageError, WeightsError
from towhee.models.class_scores import softmax
from towhee.models.model_source import ModelSource
from towhee.models.transformers.config import load_config
from towhee.models.transformers.dual_encoder import DualEncoder, TextHalf
from towhee.models.transformers.dual_encoders import CLIP, SIGLIP
from towhee.models.vectors import Floats, unit_length

_KINDS = {"clip": CLIP, "siglip": SIGLIP}


@dataclass(frozen=True, slots=True)
class LabelScores:
    """Scores of labels for the vectors of images.

    Attributes:
        labels: their names.
        vectors: of the sentences about them, ``(k, d) float32`` of unit length.
        scale, bias: the cosine is multiplied and shifted by them, as the model has learned it.
        are_exclusive: whether scores are shares of 1 (softmax, as CLIP was trained) or each label
            has a probability of its own (sigmoid, as SigLIP was).
    """

    labels: tuple[str, ...]
    vectors: Floats = field(repr=False)
    scale: float
    bias: float
    are_exclusive: bool

    def __call__(self, images: Floats) -> npt.NDArray[np.float64]:
        """The scores ``(n, k)`` for vectors of images, ``(n, d) float32`` of unit length."""
        logits = (images @ self.vectors.T).astype(np.float64) * self.scale + self.bias
        if not self.are_exclusive:
            rising = np.exp(-np.abs(logits))  # which never overflows
            chances: npt.NDArray[np.float64] = np.where(logits >= 0, 1, rising) / (1 + rising)
            return chances
        return softmax(logits)


def encoder_of(source: ModelSource) -> DualEncoder:
    """The kind of model that a folder holds.

    Raises:
        WeightsError: if it is none that labels can be scored with.
    """
    kind = load_config(source.folder()).model_type
    if kind not in _KINDS:
        raise WeightsError(
            f"{source.name!r} is a model of the kind {kind!r}; labels are scored with one of "
            f"{', '.join(_KINDS)}"
        )
    return _KINDS[kind]


def label_scores(source: ModelSource, labels: Sequence[str], template: str) -> LabelScores:
    """The scores of labels by a model; its text tower reads each of them once, and is let go.

    Args:
        source: a CLIP or SigLIP model.
        labels: their names.
        template: the sentence about a label, which stands for ``{}``.

    Raises:
        WeightsError: if the model cannot be had, or is of another kind.
    """
    import torch

    from towhee.models.text_network import TextNetwork

    encoder = encoder_of(source)
    half = TextHalf(encoder, source)
    network = TextNetwork(half)
    batch = network.batch([network.prepared(sentence_about(each, template)) for each in labels])
    model = encoder.load(source)
    ids, mask = (*map(torch.from_numpy, batch), None)[:2]
    assert ids is not None
    with torch.inference_mode():
        vectors = encoder.text(model, ids, mask).numpy()
        scale = float(model.logit_scale.exp())
        bias = float(model.logit_bias) if encoder is SIGLIP else 0.0
    return LabelScores(tuple(labels), unit_length(vectors), scale, bias, encoder is not SIGLIP)


def sentence_about(label: str, template: str) -> str:
    """The template with the label in it.

    Raises:
        UsageError: if the template has no place for it.

    Example:
        >>> sentence_about("towhee", "a photo of a {}.")
        'a photo of a towhee.'
    """
    if not isinstance(template, str) or template.count("{}") != 1:
        raise UsageError(f"template is a sentence with {{}} for the label, not {template!r}")
    return template.replace("{}", label)
