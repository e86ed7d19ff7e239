"""Views of images: several random crops of each, which no label is needed for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from towhee.errors import DataError
from towhee.models.preprocess import Preprocess
from towhee.models.timm_models import import_timm
from towhee.trainer.data import TrainingData
from towhee.trainer.image_values import is_tensor
from towhee.trainer.random_numbers import seeded
from towhee.trainer.reading import as_picture


@dataclass(frozen=True, slots=True)
class View:
    """How a view of an image is made.

    Attributes:
        side: its height and width in pixels.
        scale: the least and the greatest share of the image's area that it shows.
        colours: whether brightness, contrast and colours are changed, and some views are grey or
            blurred.
    """

    side: int
    scale: tuple[float, float]
    colours: bool


class RandomViews:
    """Views of samples as the network takes them, indexed by ``(epoch, place)``.

    The same epoch, place and seed give the same views, in whichever process.

    Args:
        data: the samples; their labels are not looked at.
        preprocess: the model's own, for its interpolation, mean and deviation.
        views: that are made of each sample.
        seed: of the random numbers.

    Source: Chen et al., 2020 (SimCLR), appendix A, for how colours are changed.
    """

    in_memory = False

    def __init__(
        self, data: TrainingData, preprocess: Preprocess, views: Sequence[View], seed: int
    ) -> None:
        self._data, self._seed = data, seed
        made = {view: _transform(preprocess, view) for view in set(views)}
        self._transforms = [made[view] for view in views]

    def __len__(self) -> int:
        return len(self._data)

    def __getitem__(self, index: tuple[int, int]) -> tuple[list[Any], int] | str:
        """``(3, side, side) float32`` of each view, and the sample's place."""
        epoch, place = index
        try:
            picture = self._picture(place)
        except DataError as error:
            return str(error)
        with seeded(self._seed, epoch, place):
            return [transform(picture) for transform in self._transforms], place

    def _picture(self, place: int) -> Any:
        sample = self._data[place]
        if is_tensor(sample.value):  # a transform that prepares for the network, as views are too
            sample = self._data.with_transform(None)[place]
        return as_picture(sample.value, sample.key)

    def collate(self, samples: list[Any]) -> tuple[Any, Any, list[str]]:
        """A batch: ``(n, 3, side, side)`` of each view, places, and what could not be read."""
        import torch

        read = [sample for sample in samples if not isinstance(sample, str)]
        failed = [sample for sample in samples if isinstance(sample, str)]
        if not read:
            return None, None, failed
        views = [torch.stack(each) for each in zip(*(views for views, _ in read), strict=True)]
        return views, torch.tensor([place for _, place in read]), failed


def _transform(preprocess: Preprocess, view: View) -> Any:
    changed: dict[str, Any] = {"color_jitter": None}
    if view.colours:
        changed = {
            "color_jitter": (0.4, 0.4, 0.4, 0.1),
            "color_jitter_prob": 0.8,
            "grayscale_prob": 0.2,
            "gaussian_blur_prob": 0.3,
        }
    return import_timm().data.create_transform(
        input_size=(3, view.side, view.side),
        is_training=True,
        scale=view.scale,
        hflip=0.5,
        interpolation=preprocess.interpolation,
        mean=preprocess.mean,
        std=preprocess.std,
        **changed,
    )
