"""Model repositories made for tests: real architectures in the real format, random weights."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from towhee.models.timm_models import import_timm


def random_timm_repository(root: Path, model_name: str) -> Path:
    """Save a timm model with random weights where the Hub would have its pretrained ones."""
    import torch
    from safetensors.torch import save_file

    timm = import_timm()
    torch.manual_seed(0)
    config: dict[str, Any] = timm.get_pretrained_cfg(model_name).to_dict()
    model = timm.create_model(model_name, pretrained=False)
    folder = root / config["hf_hub_id"]
    folder.mkdir(parents=True)
    save_file(model.state_dict(), folder / "model.safetensors")
    about = {"architecture": model_name, "num_classes": 1000, "pretrained_cfg": config}
    (folder / "config.json").write_text(json.dumps(about, default=str))
    return folder


def tiny_checkpoint(folder: Path) -> Path:
    """The smallest ResNet that timm has, with random weights, as timm saves a model."""
    import torch
    from safetensors.torch import save_file

    timm = import_timm()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model = timm.create_model("test_resnet", zero_init_last=False)
    config = timm.get_pretrained_cfg("test_resnet").to_dict()
    conditions = ("input_size", "interpolation", "crop_pct", "mean", "std", "num_classes")
    about = {
        "architecture": "test_resnet",
        "num_classes": model.num_classes,
        "pretrained_cfg": {name: config[name] for name in (*conditions, "classifier")},
    }
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps(about))
    save_file(model.state_dict(), folder / "model.safetensors")
    return folder
