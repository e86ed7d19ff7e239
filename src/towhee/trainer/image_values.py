"""Samples as images: as they are served, and as the network takes them in training."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np
import PIL.Image

from towhee.errors import DataError, UsageError
from towhee.models.preprocess import Preprocess
from towhee.models.timm_models import import_timm
from towhee.operators.base import OperatorRef
from towhee.trainer.data import TrainingData
from towhee.trainer.random_numbers import seeded
from towhee.trainer.reading import as_picture
from towhee.types import Image

if TYPE_CHECKING:
    import torch

logger = logging.getLogger(__name__)

_SIDE = 160  # pixels of a picture on the page of a report

Augment = Literal["none", "light", "strong"]


def serving_image(data: TrainingData, place: int) -> Image:
    """A sample as the operator gets it when it is served.

    A transform that gives images is part of the data. One that gives a tensor has done the
    network's preparation, which is the operator's own where it is served; the sample is then read
    without it.

    Raises:
        DataError: for what is no image; it names the sample.
    """
    sample = data[place]
    value = sample.value
    if is_tensor(value):
        sample = data.with_transform(None)[place]
        value = sample.value
    return Image(np.asarray(as_picture(value, sample.key)), "RGB")


def is_tensor(value: Any) -> bool:
    """Whether a transform has given what a network takes: ``(3, height, width)`` floats."""
    shape: tuple[int, ...] = tuple(getattr(value, "shape", ()))
    is_float = "float" in str(getattr(value, "dtype", ""))
    return len(shape) == 3 and shape[0] == 3 and is_float


def gives_tensors(data: TrainingData) -> bool:
    """Whether the transform of the data does the network's preparation."""
    return data.transform is not None and is_tensor(data[0].value)


def sample_picture(data: TrainingData, place: int) -> PIL.Image.Image | None:
    """A small picture of a sample; none of one that cannot be read any more."""
    try:
        made = PIL.Image.fromarray(np.asarray(serving_image(data, place)))
    except DataError as error:
        logger.info("no picture of %s: %s", data.key(place), error)
        return None
    made.thumbnail((_SIDE, _SIDE))
    return made


def sample_heatmap(ref: OperatorRef, data: TrainingData, place: int) -> PIL.Image.Image | None:
    """What a model looks at in a sample; nothing for a model that cannot be asked."""
    from towhee.viz import heatmap

    try:
        seen = heatmap(ref, serving_image(data, place)).overlay()
    except (UsageError, DataError) as error:
        logger.info("no heatmap of %s: %s", data.key(place), error)
        return None
    seen.thumbnail((2 * _SIDE, 2 * _SIDE))
    return seen


class TrainingImages:
    """The pixels of samples as the network takes them, for a ``torch.utils.data.DataLoader``.

    Indexed by ``(epoch, place)``. The same epoch, place and seed give the same pixels, in
    whichever process and after whatever: that is what makes a resumed training the same.

    Args:
        data: the samples.
        preprocess: the model's own.
        augment: ``"none"`` for the operator's own preparation, ``"light"`` for a random crop that
            may be mirrored, ``"strong"`` for a smaller one, changed colours, and parts left out.
        seed: of the random numbers.

    Source: ``timm.data.create_transform``.
    """

    in_memory = False

    def __init__(
        self, data: TrainingData, preprocess: Preprocess, augment: str = "light", seed: int = 0
    ) -> None:
        if augment not in get_args(Augment):
            raise UsageError(f"augment is one of {', '.join(get_args(Augment))}, not {augment!r}")
        self._data, self._preprocess, self._seed = data, preprocess, seed
        self._transform: Callable[[PIL.Image.Image], torch.Tensor] | None = None
        if augment != "none":
            self._transform = _timm_transform(preprocess, is_strong=augment == "strong")

    def __len__(self) -> int:
        return len(self._data)

    def __getitem__(self, index: tuple[int, int]) -> tuple[Any, int] | str:
        """``(3, height, width) float32`` and the label; the message of a sample not to be read."""
        epoch, place = index
        with seeded(self._seed, epoch, place):
            try:
                return self._pixels(place), int(self._data.labels[place])
            except DataError as error:
                return str(error)

    def collate(self, samples: list[Any]) -> tuple[Any, Any, list[str]]:
        """A batch of pixels."""
        return collated(samples)

    def _pixels(self, place: int) -> Any:
        import torch

        sample = self._data[place]
        if is_tensor(sample.value):
            return torch.as_tensor(sample.value, dtype=torch.float32)
        picture = as_picture(sample.value, sample.key)
        if self._transform is not None:
            return self._transform(picture)
        image = Image(np.asarray(picture), "RGB")
        return torch.from_numpy(self._preprocess(image))


def collated(samples: list[Any]) -> tuple[Any, Any, list[str]]:
    """A batch: pixels ``(n, 3, height, width)``, labels ``(n,)``, and what could not be read.

    Raises:
        UsageError: if a transform of the user gives tensors of different shapes.
    """
    import torch

    read = [sample for sample in samples if not isinstance(sample, str)]
    failed = [sample for sample in samples if isinstance(sample, str)]
    if not read:
        return None, None, failed
    shapes = {tuple(pixels.shape) for pixels, _ in read}
    if len(shapes) > 1:
        raise UsageError(
            f"the transform gives tensors of different shapes, {sorted(shapes)[:3]}; end it with "
            "a resize and crop to one size"
        )
    labels = torch.tensor([label for _, label in read], dtype=torch.int64)
    return torch.stack([pixels for pixels, _ in read]).float(), labels, failed


def _timm_transform(preprocess: Preprocess, *, is_strong: bool) -> Any:
    create = import_timm().data.create_transform
    settings: dict[str, Any] = {"scale": (0.7, 1.0), "ratio": (0.85, 1.18), "hflip": 0.5}
    if is_strong:
        settings = {
            "scale": (0.35, 1.0),
            "hflip": 0.5,
            "auto_augment": "rand-m7-mstd0.5-inc1",
            "re_prob": 0.2,
        }
    return create(
        input_size=preprocess.input_size,
        is_training=True,
        interpolation=preprocess.interpolation,
        mean=preprocess.mean,
        std=preprocess.std,
        color_jitter=None,
        **settings,
    )
