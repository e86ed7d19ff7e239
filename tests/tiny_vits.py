"""Tiny networks of timm for small images, with random weights, saved as timm saves a model."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from towhee.models.timm_models import import_timm

SIDE, PATCH = 48, 8


def tiny_network(folder: Path, model_name: str = "test_vit", seed: int = 0) -> Path:
    """A checkpoint of one of timm's test networks for images of 48 by 48 pixels."""
    import torch
    from safetensors.torch import save_file

    timm = import_timm()
    options: dict[str, Any] = {}
    if "vit" in model_name:
        options = {"img_size": SIDE, "patch_size": PATCH, "dynamic_img_size": False}
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = timm.create_model(model_name, num_classes=0, **options)
    known = timm.get_pretrained_cfg(model_name).to_dict()
    about = {
        "architecture": model_name,
        "num_classes": 0,
        "model_args": options,
        "pretrained_cfg": {
            "input_size": [3, SIDE, SIDE],
            "crop_pct": 1.0,
            "num_classes": 0,
            **{name: known[name] for name in ("interpolation", "mean", "std", "classifier")},
        },
    }
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps(about))
    save_file(model.state_dict(), folder / "model.safetensors")
    return folder
