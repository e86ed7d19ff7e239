"""``image_embedding.embedded``: the image model inside the package."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from towhee.models.candidates import Candidate
from towhee.models.embedded_model import embedded_model
from towhee.models.machine import cores
from towhee.models.preprocess import is_fast
from towhee.models.runner import Runner
from towhee.operators.base import ModelOperator, Streams
from towhee.operators.image_embedding.forward import pixel_streams, pixel_vectors
from towhee.operators.image_embedding.pixels import as_image, image_content
from towhee.types import Image

_BATCH_SIZE = 4  # beyond which a core gains nothing


class EmbeddedImageEmbedding(ModelOperator[Image, npt.NDArray[np.float32]]):
    """Embed images with the model inside the package: no download, no torch, no GPU.

    Args:
        normalize: whether vectors have unit length, so that the inner product is the cosine.
        preprocess: ``"exact"`` for the pixels of the reference, or ``"fast"`` for six tenths of the
            time. Of 606 photographs, MobileNetV2's vectors keep a cosine of at least 0.999 to the
            exact ones then, and every nearest neighbour.

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

    def __init__(self, *, normalize: bool = True, preprocess: str = "exact") -> None:
        self._is_fast = is_fast(preprocess)
        self._model = embedded_model()
        self._normalize = normalize
        self._runner: Runner | None = None

    @property
    def dimension(self) -> int:
        """The length of the vectors."""
        return self._model.dimension

    def setup(self) -> None:
        """Make the runner; it loads the weights in the form that the first call needs."""
        threads = self.threads or cores()
        self._runner = Runner(self._model, Candidate("onnxruntime"), threads=threads)

    @property
    def running(self) -> Runner:
        """The model with the way in which it runs."""
        self.ensure_setup()
        assert self._runner is not None
        return self._runner

    def load(self) -> None:
        """Load the weights in the form that single calls need."""
        self.running.alone()

    def streams(self) -> Streams:
        """The model for an engine: a call for each core."""
        return pixel_streams(self.running, normalize=self._normalize, batch_size=_BATCH_SIZE)

    def content(self, value: Any) -> Any:
        """The pixels of a PIL image; anything else as it is."""
        return image_content(value)

    def fingerprint(self) -> str | None:
        """Weights, layer, preprocessing, backend and precision; ``None`` for random weights."""
        return self.running.fingerprint

    def origin(self) -> str | None:
        """The model's key: it stands for weights, layer and preprocessing."""
        return self._model.key

    def prepare(self, value: Any) -> npt.NDArray[np.uint8]:
        """What the model takes: ``(height, width, 3) uint8``.

        Raises:
            DataError: for what is no image, and for one without pixels.
        """
        return self._model.preprocess.pixels(as_image(value), fast=self._is_fast)

    def least_side(self) -> int | None:
        """The shorter side, in pixels, that an image should keep where decoding may shrink it."""
        return self._model.preprocess.least_side if self._is_fast else None

    def forward(self, prepared: Sequence[Any]) -> npt.NDArray[np.float32]:
        """Vectors ``(n, d) float32``."""
        if not len(prepared):
            return np.empty((0, self.dimension), np.float32)
        return pixel_vectors(self.running.alone(), prepared, normalize=self._normalize)
