"""What an image classifier of timm computes, before it is put into words."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from towhee.models.preprocess import Preprocess
from towhee.models.run_conditions import RunConditions
from towhee.models.spec import ModelSpec
from towhee.operators.image_embedding.pixels import as_image, own_images
from towhee.operators.network_operator import NetworkOperator
from towhee.types import Image

if TYPE_CHECKING:
    from towhee.models.image_network import ImageNetwork


class TimmLogits(NetworkOperator[Image, "ImageNetwork"]):
    """A number for each class, run by whichever backend is fastest.

    Args:
        spec: which model, with which weights.
        conditions: how the user wants it to run.
        calibration: images of the user's own, on which backends are compared.
    """

    extra = "torch"

    def __init__(
        self, spec: ModelSpec, conditions: RunConditions, calibration: tuple[Any, ...] = ()
    ) -> None:
        self.spec = spec
        self._calibration = calibration
        super().__init__(
            spec.full_name, conditions, normalize=False, has_calibration=bool(calibration)
        )

    @cached_property
    def preprocess(self) -> Preprocess:
        """What an image goes through in front of the model."""
        from towhee.models.timm_models import preprocess_of

        return preprocess_of(self.spec)

    def network(self) -> ImageNetwork:
        """The network with its weights, from the folder, the cache or the Hub."""
        from towhee.models.timm_classifier import TimmClassifier

        return TimmClassifier(self.spec, own_images(self._calibration))

    def setup(self) -> None:
        """Load the weights and settle which backend runs them; ``spec`` is complete then."""
        from towhee.models.timm_models import import_timm, repository_spec, resolved

        import_timm()
        if self.spec.source == "hub":
            self.spec = repository_spec(self.spec)
        super().setup()
        self.spec = resolved(self.spec)

    def prepare(self, value: Any) -> npt.NDArray[np.uint8]:
        """What the model takes: ``(height, width, 3) uint8``, resized and cropped."""
        return self.preprocess.pixels(as_image(value))
