"""``image_embedding.embedded``: the image model inside the package."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from towhee.models.backends import Backend
from towhee.models.embedded_model import embedded_model
from towhee.models.vectors import unit_length
from towhee.operators.base import ModelOperator
from towhee.operators.image_embedding.pixels import as_image
from towhee.types import Image


class EmbeddedImageEmbedding(ModelOperator[Image, npt.NDArray[np.float32]]):
    """Embed images with the model inside the package: no download, no torch, no GPU.

    Args:
        normalize: whether vectors have unit length, so that the inner product is the cosine.

    Attributes:
        threads: how many the model may use, set before ``setup``; all cores if ``None``.

    Raises:
        WeightsError: if the model in the installed package is damaged.

    Example:
        >>> embed = EmbeddedImageEmbedding()
        >>> bool(np.isclose(np.linalg.norm(embed(np.zeros((64, 64, 3), np.uint8))), 1))
        True

    Source: ``towhee/models/embedded/MODEL_CARD.md``.
    """

    threads: int | None = None

    def __init__(self, *, normalize: bool = True) -> None:
        self._model = embedded_model()
        self._normalize = normalize
        self._backend: Backend | None = None

    @property
    def dimension(self) -> int:
        """The length of the vectors."""
        return self._model.dimension

    def setup(self) -> None:
        """Load the weights."""
        self._backend = self._model.load(self.threads)

    def prepare(self, value: Any) -> npt.NDArray[np.float32]:
        """What the model takes: ``(3, height, width) float32``.

        Raises:
            DataError: for what is no image, and for one without pixels.
        """
        return self._model.preprocess(as_image(value))

    def forward(self, prepared: Sequence[Any]) -> npt.NDArray[np.float32]:
        """Vectors ``(n, d) float32``."""
        if not len(prepared):
            return np.empty((0, self.dimension), np.float32)
        if self._backend is None:
            self.ensure_setup()
        assert self._backend is not None
        vectors = self._backend(np.stack(prepared))
        return unit_length(vectors) if self._normalize else vectors
