"""The eleven edits that a copy of a photograph may have gone through, and random ones like them.

`EDITS` is fixed: it is what the recall is measured on. `random_edit` is what the model is trained
on: the same kinds of edit with random strengths, alone and combined.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from random import Random
from types import MappingProxyType

from PIL import Image, ImageEnhance, ImageFilter, ImageOps

Edit = Callable[[Image.Image], Image.Image]

_BICUBIC = Image.Resampling.BICUBIC


def jpeg(image: Image.Image, quality: int) -> Image.Image:
    """Return the image after a round through JPEG at `quality` (1 to 95)."""
    file = io.BytesIO()
    image.save(file, format="JPEG", quality=quality)
    return Image.open(file).convert("RGB")


def stretch(image: Image.Image, width: float, height: float) -> Image.Image:
    """Return the image with its sides multiplied by `width` and `height`."""
    size = (max(1, round(image.width * width)), max(1, round(image.height * height)))
    return image.resize(size, _BICUBIC)


def crop(image: Image.Image, side: float, x: float = 0.5, y: float = 0.5) -> Image.Image:
    """Return the part whose sides are `side` times the image's; x, y = 0.5 is the centre."""
    width, height = max(1, round(image.width * side)), max(1, round(image.height * side))
    left, top = round((image.width - width) * x), round((image.height - height) * y)
    return image.crop((left, top, left + width, top + height))


def mirror(image: Image.Image) -> Image.Image:
    """Return the image with left and right exchanged."""
    return ImageOps.mirror(image)


def rotate(image: Image.Image, degrees: float, fill: int = 0, grow: bool = False) -> Image.Image:
    """Return the image turned anticlockwise; the corners take the grey level `fill`.

    With `grow` the canvas grows to hold every pixel, otherwise it keeps its size.
    """
    return image.rotate(degrees, _BICUBIC, expand=grow, fillcolor=(fill, fill, fill))


def grey(image: Image.Image) -> Image.Image:
    """Return the image without colour."""
    return image.convert("L").convert("RGB")


def brightness(image: Image.Image, factor: float) -> Image.Image:
    """Return the image with every channel multiplied by `factor`, cut off at white."""
    return ImageEnhance.Brightness(image).enhance(factor)


def blur(image: Image.Image, radius: float) -> Image.Image:
    """Return the image under a Gaussian blur of `radius` pixels."""
    return image.filter(ImageFilter.GaussianBlur(radius))


EDITS: Mapping[str, Edit] = MappingProxyType(
    {
        "jpeg_quality_10": lambda image: jpeg(image, 10),
        "half_size": lambda image: stretch(image, 0.5, 0.5),
        "crop_70": lambda image: crop(image, 0.7),
        "crop_50": lambda image: crop(image, 0.5),
        "mirror": mirror,
        "rotation_15": lambda image: rotate(image, 15, grow=True),
        "rotation_90": lambda image: rotate(image, 90, grow=True),
        "grey": grey,
        "brightness_1.5": lambda image: brightness(image, 1.5),
        "blur_3": lambda image: blur(image, 3),
        "aspect_1.5": lambda image: stretch(image, 1.5, 1.0),
    }
)


def random_crop(image: Image.Image, random: Random) -> Image.Image:
    """Return a part of 35 % to 95 % of the sides, centred one time in three."""
    side = random.uniform(0.35, 0.95)
    if random.random() < 1 / 3:
        return crop(image, side)
    return crop(image, side, random.random(), random.random())


def random_turn(image: Image.Image, random: Random) -> Image.Image:
    """Return the image turned by up to 30 degrees, on black or grey, cut off or not."""
    fill = random.choice((0, 0, 0, 128, 255))
    return rotate(image, random.uniform(-30, 30), fill, grow=random.random() < 0.6)


_RANDOM_EDITS: tuple[tuple[int, Callable[[Image.Image, Random], Image.Image]], ...] = (
    (2, lambda image, random: jpeg(image, random.randint(5, 30))),
    (1, lambda image, random: stretch(image, *[random.uniform(0.2, 0.7)] * 2)),
    (5, random_crop),
    (2, lambda image, random: mirror(image)),
    (4, random_turn),
    (5, lambda image, random: rotate(image, random.choice((90, 180, 270)), grow=True)),
    (3, lambda image, random: grey(image)),
    (2, lambda image, random: brightness(image, random.choice((0.6, 0.75, 1.3, 1.5, 1.7)))),
    (1, lambda image, random: ImageEnhance.Contrast(image).enhance(random.uniform(0.5, 1.6))),
    (1, lambda image, random: ImageEnhance.Color(image).enhance(random.uniform(0.2, 1.8))),
    (2, lambda image, random: blur(image, random.uniform(1, 4))),
    (1, lambda image, random: stretch(image, random.uniform(0.6, 1.7), 1.0)),
)


def random_edit(image: Image.Image, random: Random) -> Image.Image:
    """Return the image after one to three random edits, the harder kinds being likelier."""
    weights = [weight for weight, _ in _RANDOM_EDITS]
    count = random.choices((1, 2, 3), (6, 3, 1))[0]
    for _, edit in random.choices(_RANDOM_EDITS, weights, k=count):
        image = edit(image, random)
    return image


def random_mild_edit(image: Image.Image, random: Random) -> Image.Image:
    """Return a tiny image after edits that leave its subject recognisable."""
    if random.random() < 0.5:
        image = mirror(image)
    if random.random() < 0.7:
        image = crop(image, random.uniform(0.7, 1.0), random.random(), random.random())
    if random.random() < 0.2:
        image = grey(image)
    if random.random() < 0.3:
        image = brightness(image, random.uniform(0.6, 1.5))
    if random.random() < 0.2:
        image = random_turn(image, random)
    return image
