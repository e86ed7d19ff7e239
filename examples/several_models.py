"""Embed pictures with several models at once: each picture is decoded once for all.

python examples/several_models.py PICTURE ... [--models resnet18 resnet50]
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any

from towhee import CallablePipe, ops, pipe


def several(models: Sequence[Any]) -> CallablePipe:
    """A pipe from a path to a vector of each model; the models run side by side.

    Args:
        models: operators that embed an image, ``ops.image_embedding...``.
    """
    made = pipe.input("path").map("path", "image", ops.image_decode.pil())
    names = [f"vector_{number}" for number in range(len(models))]
    for name, model in zip(names, models, strict=True):
        made = made.map("image", name, model)
    return made.output(*names)


def main(pictures: list[str], models: list[str]) -> None:
    """Print the length of each vector of each picture."""
    embedded: list[Any] = [ops.image_embedding.embedded()]
    embed = several(embedded + [ops.image_embedding.timm(model_name=name) for name in models])
    for picture, result in zip(pictures, embed.batch(pictures), strict=True):
        shapes = [vector.shape for vector in result.get() or ()]
        print(picture, *shapes)


if __name__ == "__main__":
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("pictures", nargs="+")
    asked.add_argument("--models", nargs="*", default=[], help="of timm, beside the one inside")
    options = asked.parse_args()
    main(options.pictures, options.models)
