"""Which layer of a torch model the vectors are taken from, and how they are pooled."""

from __future__ import annotations

import math
import threading
from typing import TYPE_CHECKING, Any

from towhee.errors import UnknownNameError, UsageError

if TYPE_CHECKING:
    import torch


def with_layer(model: Any, layer: str | None, pooling: str | None) -> torch.nn.Module:
    """A model that gives ``(n, d)`` vectors of one layer.

    Args:
        model: a model of timm without its classifier.
        layer: the name of a module, as ``named_modules()`` lists it; ``None`` for the features
            in front of the classifier.
        pooling: ``"avg"`` or ``"max"`` over positions, ``"token"`` for the first token,
            ``"none"`` to lay all positions side by side; ``None`` for the model's own pooling, or
            the mean over positions where a layer is named.

    Raises:
        UnknownNameError: if there is no such layer; it offers the closest.
    """
    import torch

    if layer is None and pooling is None:
        whole: torch.nn.Module = model
        return whole
    if layer is not None:
        _check_layer(model, layer)

    class LayerModel(torch.nn.Module):
        """The model's features of one layer, pooled."""

        def __init__(self) -> None:
            super().__init__()
            self.model = model
            # What the layer gave is kept for each thread, as several may embed at once.
            self.taken = threading.local()
            if layer is not None:
                model.get_submodule(layer).register_forward_hook(self._take)

        def _take(self, module: Any, inputs: Any, output: Any) -> None:
            self.taken.output = output

        def forward(self, pixels: torch.Tensor) -> torch.Tensor:
            if layer is None:
                features = self.model.forward_features(pixels)
            else:
                self.taken.output = None
                self.model(pixels)
                features, self.taken.output = self.taken.output, None
            return pooled(features, pooling or "avg", self.model, pixels.shape[2] / pixels.shape[3])

    return LayerModel().eval()


def pooled(features: Any, pooling: str, model: Any, aspect: float) -> torch.Tensor:
    """A layer's output as vectors ``(n, d)``.

    Args:
        features: ``(n, c, h, w)``, ``(n, h, w, c)``, ``(n, tokens, c)`` or ``(n, c)``.
        pooling: ``"avg"``, ``"max"``, ``"token"`` or ``"none"``.
        model: the whole model, which knows how many of its tokens are no patches of the image.
        aspect: the height of the model's input divided by its width.

    Raises:
        UsageError: if the features have another shape, or no first token.
    """
    if isinstance(features, (tuple, list)) and features:
        features = features[0]
    shape = tuple(getattr(features, "shape", ()))
    if not 2 <= len(shape) <= 4:
        kind = f"shape {shape}" if shape else f"a {type(features).__name__}"
        raise UsageError(f"a layer that gives {kind} cannot be pooled; choose another layer")
    if len(shape) == 2 or pooling == "none":
        flat: torch.Tensor = features.flatten(1)
        return flat
    if pooling == "token":
        if len(shape) != 3:
            raise UsageError(
                'pooling="token" takes the first token of a transformer, and this layer gives a '
                f'map of shape {shape}; pooling="avg" is the mean over it'
            )
        first: torch.Tensor = features[:, 0]
        return first
    if len(shape) == 4:
        is_last = channels_are_last(shape, aspect, getattr(model, "output_fmt", None) == "NHWC")
        positions = (features if is_last else features.permute(0, 2, 3, 1)).flatten(1, 2)
    else:
        positions = features[:, _prefix_tokens(model, shape[1]) :]
    result: torch.Tensor = positions.amax(1) if pooling == "max" else positions.mean(1)
    return result


def channels_are_last(shape: tuple[int, ...], aspect: float, otherwise: bool) -> bool:
    """Whether a map is ``(n, h, w, c)``: two of its sides have the aspect of the image.

    Args:
        shape: of the map, four numbers; the first, which an export leaves open, is not looked at.
        aspect: height divided by width of the image.
        otherwise: the answer where the shape tells nothing.
    """
    second, third, fourth = (int(side) for side in shape[1:])
    if_first = abs(math.log(third / fourth / aspect))
    if_last = abs(math.log(second / third / aspect))
    return otherwise if math.isclose(if_first, if_last) else if_last < if_first


def _prefix_tokens(model: Any, tokens: int) -> int:
    """How many tokens stand before those of the image's patches."""
    patches = getattr(getattr(model, "patch_embed", None), "num_patches", None)
    if isinstance(patches, int) and tokens >= patches:
        return tokens - patches
    return int(getattr(model, "num_prefix_tokens", 0))


def _check_layer(model: Any, layer: str) -> None:
    known = [name for name, _ in model.named_modules() if name]
    if layer not in known:
        outer = [name for name in known if "." not in name]
        raise UnknownNameError("layer", layer, known, f"(the outermost are {', '.join(outer)})")
