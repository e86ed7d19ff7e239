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
