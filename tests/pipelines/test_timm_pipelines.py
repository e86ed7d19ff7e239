"""``image-embedding-<model>`` by its name: pulled from a Hub, and with timm's own vectors."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

import towhee
from hub_server import HubServer
from tiny_models import random_timm_repository
from towhee.models.spec import model_spec
from towhee.models.timm_models import import_timm

SAMPLES = Path(towhee.__file__).parent / "samples"
PICTURES = ("gallery/coffee_cup.jpg", "queries/coffee_cup_turned.jpg", "gallery/astronaut.jpg")
MODELS = [
    "resnet18",
    "resnet50",
    "resnet101",
    "efficientnet_b0",
    "convnext_tiny",
    "vit_tiny_patch16_224",
    "swin_tiny_patch4_window7_224",
    "mobilenetv3_large_100",
    "vit_small_patch14_dinov2",
]
EMBED = """
import sys
import numpy as np
from towhee import pipeline
name, out, *pictures = sys.argv[1:]
np.save(out, pipeline(name, backend="torch")(pictures))
"""


@pytest.mark.parametrize("model_name", MODELS)
def test_a_pipeline_gives_the_vectors_of_timm(model_name: str, tmp_path: Path) -> None:
    import torch
    from safetensors.torch import load_file

    timm = import_timm()
    full_name = model_spec(model_name).full_name
    folder = random_timm_repository(tmp_path / "hub", full_name)
    pictures = [str(SAMPLES / picture) for picture in PICTURES]
    out = tmp_path / "vectors.npy"
    with HubServer(tmp_path / "hub") as endpoint:
        environment = {**os.environ, "HF_ENDPOINT": endpoint, "HF_HOME": str(tmp_path / "cache")}
        environment.pop("HF_HUB_OFFLINE", None)
        name = f"image-embedding-{model_name}"
        command = [sys.executable, "-c", EMBED, name, str(out), *pictures]
        done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    model = timm.create_model(full_name, pretrained=False).eval()
    model.load_state_dict(load_file(folder / "model.safetensors"))
    settings = timm.data.resolve_data_config({}, model=model)
    prepare = timm.data.create_transform(**settings, is_training=False)
    with torch.inference_mode():
        pixels = [prepare(PIL.Image.open(picture).convert("RGB")) for picture in pictures]
        theirs = model.forward_head(model.forward_features(torch.stack(pixels)), pre_logits=True)
    expected = torch.nn.functional.normalize(theirs).numpy()
    assert np.abs(np.load(out) - expected).max() < 1e-5
