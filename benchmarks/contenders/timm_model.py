"""The model and its transform as timm's own documentation gets them."""

from __future__ import annotations

from typing import Any

from towhee.models.torchvision_cure import import_torchvision


def timm_model(checkpoint: str, device: str) -> tuple[Any, Any]:
    """The network without its classifier, in evaluation mode, and timm's evaluation transform."""
    import_torchvision()  # some builds of torch and torchvision do not import otherwise
    import timm

    model = timm.create_model(f"local-dir:{checkpoint}", pretrained=True, num_classes=0)
    config = timm.data.resolve_model_data_config(model)
    return model.eval().to(device), timm.data.create_transform(**config, is_training=False)
