"""The three terms that the model is trained on."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional
from training.embedded_image_model.views import CIFAR_GROUP

_CONTRAST_TEMPERATURE = 0.07
_CLASS_TEMPERATURE = 0.1


def contrast(queries: Tensor, keys: Tensor, query_groups: Tensor, key_groups: Tensor) -> Tensor:
    """Return InfoNCE: query i belongs to key i; keys of its own group are no negatives.

    Source: van den Oord et al., "Representation Learning with Contrastive Predictive Coding".
    """
    logits = queries @ keys.T / _CONTRAST_TEMPERATURE
    own = torch.arange(len(queries))
    same_group = query_groups[:, None] == key_groups[None, :]
    same_group[own, own] = False
    return functional.cross_entropy(logits.masked_fill(same_group, float("-inf")), own)


def distillation(embeddings: Tensor, teacher: Tensor) -> Tensor:
    """Return the mean of one minus the cosine between student and teacher, `(n, d)` each."""
    return (1 - (embeddings * teacher).sum(dim=1)).mean()


def classification(embeddings: Tensor, groups: Tensor, prototypes: Tensor) -> Tensor:
    """Return the cross-entropy of cosines between CIFAR rows and the `(10, d)` prototypes."""
    cosines = embeddings @ functional.normalize(prototypes, dim=1).T
    return functional.cross_entropy(cosines / _CLASS_TEMPERATURE, groups - CIFAR_GROUP)
