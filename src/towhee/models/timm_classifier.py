"""An image classifier of timm, as every backend can be made from it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from towhee.errors import WeightsError
from towhee.models.image_network import ImageNetwork
from towhee.models.spec import ModelSpec
from towhee.models.timm_image_network import TimmTower
from towhee.models.timm_models import repository_spec
from towhee.models.timm_network import load_timm_classifier
from towhee.types import Image

if TYPE_CHECKING:
    import torch


class TimmClassifier(ImageNetwork):
    """The whole model: ``(n, classes)`` logits for pixels ``(n, height, width, 3) uint8``.

    Args:
        spec: which model, with which weights.
        images: on which backends are compared; the sample photographs if there are none.

    Raises:
        WeightsError: for a repository of the Hub that is neither cached nor to be had.
    """

    def __init__(self, spec: ModelSpec, images: Sequence[Image] = ()) -> None:
        known = repository_spec(spec) if spec.source == "hub" else spec
        super().__init__(_WholeModel(known, None, None), images)


class _WholeModel(TimmTower):
    """A model of timm up to its classifier, and with it."""

    __slots__ = ()

    def digest(self) -> str | None:
        """What the logits depend on."""
        features = TimmTower.digest(self)
        return features and hashlib.sha256(f"{features} classifier".encode()).hexdigest()[:32]

    def module(self) -> torch.nn.Module:
        """The network with its weights, read anew."""
        # Any: timm's models say how many classes they know, which torch's type does not.
        model: Any = load_timm_classifier(self.spec)
        if not model.num_classes:
            raise WeightsError(
                f"{self.name} knows no classes, it only embeds: take image_embedding.timm, or a "
                "model with a classifier"
            )
        whole: torch.nn.Module = model
        return whole
