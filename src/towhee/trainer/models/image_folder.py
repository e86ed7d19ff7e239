"""A trained image model as a folder: timm's own, with what we add to it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from towhee.models.checkpoint import CONFIG_FILE, WEIGHTS_FILE
from towhee.models.preprocess import Preprocess
from towhee.models.timm_models import import_timm

if TYPE_CHECKING:
    import torch


def write_timm(
    folder: Path,
    model: Any,
    preprocess: Preprocess,
    classifier: torch.nn.Linear | None,
    license: str | None,
) -> None:
    """Write what timm reads: weights and ``config.json``.

    Args:
        folder: which is there.
        model: of timm, without a classifier.
        preprocess: the model's own.
        classifier: of the features in front of timm's own, ``None`` for none.
        license: of the weights that the training began with.
    """
    import torch
    from safetensors.torch import save_file

    import_timm()
    from timm.models._hub import save_config_for_hf

    if classifier is not None:
        model.reset_classifier(classifier.out_features)
        with torch.no_grad():
            model.get_classifier().weight.copy_(classifier.weight)
            model.get_classifier().bias.copy_(classifier.bias)
    tensors = {
        name: tensor.detach().cpu().contiguous().clone()
        for name, tensor in model.state_dict().items()
    }
    save_file(tensors, folder / WEIGHTS_FILE, metadata={"format": "pt"})
    stated = preprocess.as_config()
    stated.pop("crop_offset", None)  # which timm does not know; its models have the first of ours
    if license:
        stated["license"] = license
    save_config_for_hf(model, str(folder / CONFIG_FILE), model_config={"pretrained_cfg": stated})
    if classifier is not None:
        model.reset_classifier(0)
