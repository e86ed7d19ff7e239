"""An image as a model takes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import PIL.Image

from towhee.types import Image

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True, slots=True)
class PreparedImage:
    """What the model's processor made of an image.

    Attributes:
        inputs: the model's inputs by name, without the axis of the batch.
        size: height and width of the image before.
    """

    inputs: Mapping[str, torch.Tensor]
    size: tuple[int, int]

    @property
    def nbytes(self) -> int:
        """How many bytes wait for the model."""
        return sum(values.nbytes for values in self.inputs.values())


# Any: the library's processors have no type of their own to offer before it is imported.
def prepared_image(processor: Any, image: Image) -> PreparedImage:
    """What a processor of transformers makes of an image."""
    import torch

    picture = PIL.Image.fromarray(np.ascontiguousarray(image.to("RGB")))
    made = processor(images=picture, return_tensors="pt")
    inputs = {name: value[0] for name, value in made.items() if isinstance(value, torch.Tensor)}
    return PreparedImage(inputs, (image.shape[0], image.shape[1]))
