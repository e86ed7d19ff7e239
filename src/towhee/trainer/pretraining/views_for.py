"""Which views of an image each method is given."""

from __future__ import annotations

from typing import Any

from towhee.errors import UsageError
from towhee.trainer.pretraining.dino import GLOBAL_CROPS
from towhee.trainer.pretraining.random_views import View

LOCAL_CROPS = 4
"""Small views of DINO; the paper's eight are for large images."""

_LOCAL_SIDE = 3 / 7  # of the side of the large views: 96 of 224, as in the paper
_STEP = 32  # most networks halve an image five times
_LARGE, _SMALL = (0.3, 1.0), (0.08, 0.3)


def views_for(
    method: str, side: int, augment: str, local_side: int | None, local_crops: int
) -> list[View]:
    """The views of an image that a method takes, the large ones in front.

    Args:
        method: its name.
        side: of the network's input, in pixels.
        augment: ``"light"`` or ``"strong"``, which changes colours too.
        local_side: of small views; ``None`` for the network's own.
        local_crops: how many small views DINO has.

    Example:
        >>> [view.side for view in views_for("dino", 224, "strong", 96, 2)]
        [224, 224, 96, 96]
    """
    colours = augment == "strong"
    if method == "simclr":
        return [View(side, (0.2, 1.0), colours)] * 2
    if method == "dino":
        small = View(local_side or side, _SMALL, colours)
        return [View(side, _LARGE, colours)] * GLOBAL_CROPS + [small] * local_crops
    # What is hidden is task enough; colours are a part of what is to be drawn.
    return [View(side, (0.2 if method == "masked_autoencoder" else 0.4, 1.0), False)]


def local_side(side: int) -> int:
    """The side of small views, a multiple of 32.

    Example:
        >>> local_side(224), local_side(64)
        (96, 32)
    """
    return min(side, max(_STEP, round(side * _LOCAL_SIDE / _STEP) * _STEP))


def takes_side(vectors: Any, side: int) -> bool:
    """Whether a network takes images of that side, which is tried."""
    import torch

    was_training = vectors.training
    vectors.eval()
    try:
        with torch.inference_mode():
            vectors(torch.zeros(1, 3, side, side))
    except (RuntimeError, AssertionError, ValueError):
        return False
    finally:
        vectors.train(was_training)
    return True


def allow_any_side(model: Any) -> None:
    """Let a vision transformer of timm take images of sides that its patches divide.

    It is made so when it is built; one that was built otherwise is changed here, in what is not
    saved with its weights.
    """
    from timm.layers.format import Format
    from timm.layers.patch_embed import PatchEmbed
    from timm.models.vision_transformer import VisionTransformer

    if not isinstance(model, VisionTransformer) or type(model.patch_embed) is not PatchEmbed:
        return
    if model.pos_embed is None or model.dynamic_img_size:
        return
    opened: Any = model  # timm has it fixed once a model is built
    opened.dynamic_img_size = True
    opened.patch_embed.strict_img_size = False
    opened.patch_embed.flatten = False
    opened.patch_embed.output_fmt = Format.NHWC


def require_side(vectors: Any, side: int, method: str, name: str) -> None:
    """Refuse a side that the network does not take.

    Raises:
        UsageError: which says so.
    """
    if not takes_side(vectors, side):
        raise UsageError(
            f"{name} takes no images of {side} x {side} pixels, which {method}'s side asks for: "
            "leave side out, or take a multiple of its patches"
        )
