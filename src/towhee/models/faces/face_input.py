"""What a model of faces takes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import PIL.Image

from towhee.errors import UsageError
from towhee.types import Image

ColorOrder = Literal["RGB", "BGR"]


@dataclass(frozen=True, slots=True)
class FaceInput:
    """Size, order of colours and normalisation of a model that takes ``(n, 3, side, side)``.

    Attributes:
        size: the side in pixels.
        mode: the order of colours, ``"RGB"`` or ``"BGR"``.
        mean: what is subtracted from values of 0 to 255.
        std: what they are divided by then.

    Raises:
        UsageError: for what cannot be.

    Example:
        >>> FaceInput(size=2, mean=100).values([np.full((2, 2, 3), 150, np.uint8)])[0, 0].tolist()
        [[50.0, 50.0], [50.0, 50.0]]
    """

    size: int = 112
    mode: ColorOrder = "RGB"
    mean: float = 0.0
    std: float = 1.0

    def __post_init__(self) -> None:
        if isinstance(self.size, bool) or not isinstance(self.size, int) or self.size < 1:
            raise UsageError(f"size is a whole number of pixels, at least 1, not {self.size!r}")
        if self.mode not in ("RGB", "BGR"):
            raise UsageError(f'mode is "RGB" or "BGR", not {self.mode!r}')
        if not all(isinstance(each, (int, float)) for each in (self.mean, self.std)):
            raise UsageError(f"mean and std are numbers, not {self.mean!r} and {self.std!r}")
        if not self.std > 0:
            raise UsageError(f"std is above 0, not {self.std!r}")
        if not (math.isfinite(self.mean) and math.isfinite(self.std)):
            raise UsageError(f"mean and std are finite, not {self.mean!r} and {self.std!r}")

    def pixels(self, image: Image) -> npt.NDArray[np.uint8]:
        """An image in this size and order, ``(side, side, 3) uint8``; itself where it fits."""
        ordered = np.asarray(image.to(self.mode))
        if ordered.shape[:2] == (self.size, self.size):
            return ordered
        picture = PIL.Image.fromarray(ordered)
        resized = picture.resize((self.size, self.size), PIL.Image.Resampling.BILINEAR)
        return np.array(resized)

    # Any: what comes out of a queue of the engine.
    def values(self, pixels: Sequence[Any]) -> npt.NDArray[np.float32]:
        """What the model takes for several: ``(n, 3, side, side) float32``."""
        stacked = np.stack(pixels).transpose(0, 3, 1, 2).astype(np.float32)
        normalised: npt.NDArray[np.float32] = (stacked - self.mean) / np.float32(self.std)
        return normalised

    def as_config(self) -> dict[str, Any]:
        """The fields as plain values."""
        return asdict(self)
