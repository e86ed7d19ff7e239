"""An image classifier of timm, as every backend can be made from it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from towhee.errors import WeightsError
from towhee.models.spec import ModelSpec
from towhee.models.timm_image_network import TimmImageNetwork
from towhee.models.timm_network import load_timm_classifier
from towhee.types import Image

if TYPE_CHECKING:
    import torch


class TimmClassifier(TimmImageNetwork):
    """The whole model: ``(n, classes)`` logits for pixels ``(n, height, width, 3) uint8``.

    Args:
        spec: which model, with which weights.
        images: on which backends are compared; the sample photographs if there are none.
    """

    def __init__(self, spec: ModelSpec, images: Sequence[Image] = ()) -> None:
        super().__init__(spec, None, None, images)

    def unloaded(self) -> TimmClassifier:
        """The same model with nothing of it in memory."""
        return TimmClassifier(self._spec, self._images)

    @cached_property
    def key(self) -> str | None:
        """What the logits depend on, as one digest."""
        of_features = super().key
        return of_features and hashlib.sha256(f"{of_features} classifier".encode()).hexdigest()[:32]

    @cached_property
    def _network(self) -> torch.nn.Module:
        # Any: timm's models say how many classes they know, which torch's type does not.
        model: Any = load_timm_classifier(self._spec)
        if not model.num_classes:
            raise WeightsError(
                f"{self.name} knows no classes, it only embeds: take image_embedding.timm, or a "
                "model with a classifier"
            )
        whole: torch.nn.Module = model
        return whole
