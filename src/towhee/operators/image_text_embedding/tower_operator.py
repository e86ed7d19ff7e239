"""What the operators share whose model has a tower for images and one for texts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy.typing as npt

from towhee.models.network import Batch
from towhee.models.run_conditions import RunConditions
from towhee.models.towers import ImageTower, TextTower, TowerNetwork
from towhee.operators.base import Streams
from towhee.operators.image_embedding.pixels import as_image, image_content, own_images
from towhee.operators.network_operator import NetworkOperator
from towhee.operators.text_embedding.text import as_text

_BATCH_SIZE, _GPU_BATCH_SIZE = 16, 128  # of texts, where it was not measured


class TowerOperator(NetworkOperator[Any, TowerNetwork]):
    """Embed images with the one tower of a model, or texts with the other.

    Args:
        image: the tower that sees images, if that is wanted.
        text: the tower that reads texts, if that is.
        conditions: how the user wants it to run.
        normalize: whether vectors have unit length.
        calibration: values on which backends are compared, as the user gave them.
        dimension: the length of the vectors, where it is known without the model's files.
    """

    def __init__(
        self,
        image: ImageTower | None,
        text: TextTower | None,
        conditions: RunConditions,
        *,
        normalize: bool,
        calibration: Sequence[Any],
        dimension: int | None,
    ) -> None:
        self._image, self._text = image, text
        self._calibration = tuple(calibration)
        self._dimension = dimension
        super().__init__(
            self.tower.name,
            conditions,
            normalize=normalize,
            has_calibration=bool(self._calibration),
        )

    @property
    def tower(self) -> ImageTower | TextTower:
        """The half of the model that it runs."""
        tower = self._image or self._text
        assert tower is not None
        return tower

    @property
    def dimension(self) -> int:
        """The length of the vectors; a listed model's is known, others say it in their files."""
        if self._dimension is None:
            self._dimension = self.tower.dimension()
        return self._dimension

    def network(self) -> TowerNetwork:
        """The tower, read from its folder, the cache or the Hub."""
        from towhee.models.image_network import ImageNetwork
        from towhee.models.text_network import TextNetwork

        if self._image is not None:
            return ImageNetwork(self._image, own_images(self._calibration))
        assert self._text is not None
        return TextNetwork(self._text, [as_text(value) for value in self._calibration])

    def streams(self) -> Streams:
        """The model for an engine; texts in batches of like length."""
        how = super().streams()
        if self._text is None:
            return how
        return how.by_length(
            self.running.network.usual_length,
            batch_size=_BATCH_SIZE,
            gpu_batch_size=_GPU_BATCH_SIZE,
        )

    def origin(self) -> str | None:
        """Nothing: each tower has a digest of its own, and their vectors can be compared."""
        return None

    def content(self, value: Any) -> Any:
        """The pixels of a PIL image; anything else as it is."""
        return image_content(value)

    def prepare(self, value: Any) -> npt.NDArray[Any]:
        """What the tower takes: pixels of an image, or the numbers of a text's tokens.

        Raises:
            DataError: for what is no image, or no text, as the modality asks.
        """
        accepted = as_text(value) if self._image is None else as_image(value)
        return self.running.network.prepared(accepted)

    def inputs(self, prepared: Sequence[Any]) -> Batch:
        """One batch of several prepared values."""
        return self.running.network.batch(prepared)
