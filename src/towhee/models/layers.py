"""Which layer of a torch model the vectors are taken from, and how they are pooled."""

from __future__ import annotations

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
        known = [name for name, _ in model.named_modules() if name]
        if layer not in known:
            outer = [name for name in known if "." not in name]
            raise UnknownNameError("layer", layer, known, f"(the outermost are {', '.join(outer)})")

    class LayerModel(torch.nn.Module):
        """The model up to one layer, pooled."""

        def __init__(self) -> None:
            super().__init__()
            self.model = model
            self.taken: list[Any] = []
            if layer is not None:
                model.get_submodule(layer).register_forward_hook(self._take)

        def _take(self, module: Any, inputs: Any, output: Any) -> None:
            self.taken.append(output)

        def forward(self, pixels: torch.Tensor) -> torch.Tensor:
            if layer is None:
                features = self.model.forward_features(pixels)
            else:
                self.taken.clear()
                self.model(pixels)
                features = self.taken.pop()
            return pooled(features, pooling or "avg", getattr(self.model, "num_prefix_tokens", 0))

    return LayerModel().eval()


def pooled(features: Any, pooling: str, prefix_tokens: int) -> torch.Tensor:
    """Features ``(n, c, h, w)``, ``(n, h, w, c)``, ``(n, tokens, c)`` or ``(n, c)`` as ``(n, d)``.

    A map whose last side is the longest of the three is taken as ``(n, h, w, c)``, as Swin
    transformers give it.
    """
    if isinstance(features, (tuple, list)):
        features = features[0]
    if features.ndim == 2 or pooling == "none":
        flat: torch.Tensor = features.flatten(1)
        return flat
    if features.ndim == 4:
        if features.shape[3] <= features.shape[1] or features.shape[3] == features.shape[2]:
            features = features.permute(0, 2, 3, 1)
        features, prefix_tokens = features.flatten(1, 2), 0
    if features.ndim != 3:
        raise UsageError(f"a layer that gives shape {tuple(features.shape)} cannot be pooled")
    if pooling == "token":
        first: torch.Tensor = features[:, 0]
        return first
    positions = features[:, prefix_tokens:]
    result: torch.Tensor = positions.amax(1) if pooling == "max" else positions.mean(1)
    return result
