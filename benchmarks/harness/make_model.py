"""Write one network in the two forms that contenders take: a folder of timm, and an ONNX file.

    python harness/make_model.py JOB.json

A process of its own, as it imports torch. The job has ``into`` (a folder), ``checkpoint`` (a folder
of timm, or null for a ResNet-50 whose weights are made here) and ``images`` (JPEG files).
"""

from __future__ import annotations

import itertools
import json
import math
import sys
import warnings
from pathlib import Path
from typing import Any

from towhee.models.torchvision_cure import import_torchvision

import_torchvision()  # some builds of torch and torchvision do not import otherwise

import timm  # noqa: E402
import torch  # noqa: E402

ARCHITECTURE, TAG = "resnet50", "a1_in1k"
_BLOCK_SCALE = 0.25
_CALIBRATED_ON = 64
_CALIBRATION_BATCH = 16
_RESAMPLING = {"nearest": 0, "lanczos": 1, "bilinear": 2, "bicubic": 3}


def resnet50(folder: Path, images: list[str]) -> None:
    """A ResNet-50 with the same random weights each time, saved as timm saves a model.

    Its batch norms take their statistics from photographs, so that activations are in the range
    in which a trained network's are. The last of each block is scaled by a quarter, about what
    training makes of it: at zero, where it starts, no block would compute anything, and at one
    rounding errors would grow from block to block.
    """
    config = timm.get_pretrained_cfg(f"{ARCHITECTURE}.{TAG}").to_dict()
    torch.manual_seed(0)
    model = timm.create_model(ARCHITECTURE, pretrained=False)
    for block in itertools.chain(model.layer1, model.layer2, model.layer3, model.layer4):
        torch.nn.init.constant_(block.bn3.weight, _BLOCK_SCALE)
    norms = [module for module in model.modules() if isinstance(module, torch.nn.BatchNorm2d)]
    for norm in norms:
        norm.momentum = None  # the plain mean of all batches
        norm.reset_running_stats()
    transform = timm.data.create_transform(**timm.data.resolve_data_config(config))
    with torch.no_grad():
        for start in range(0, min(_CALIBRATED_ON, len(images)), _CALIBRATION_BATCH):
            paths = images[start : min(start + _CALIBRATION_BATCH, _CALIBRATED_ON)]
            model.train()(torch.stack([_pixels(path, transform) for path in paths]))
    own = ("input_size", "interpolation", "crop_pct", "crop_mode", "mean", "std", "num_classes")
    own += ("pool_size", "first_conv", "classifier")
    about = {
        "architecture": ARCHITECTURE,
        "num_classes": model.num_classes,
        "num_features": model.num_features,
        "pretrained_cfg": {name: config[name] for name in own},
    }
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps(about, indent=1))
    from safetensors.torch import save_file

    save_file(model.state_dict(), folder / "model.safetensors")


def _pixels(path: str, transform: Any) -> torch.Tensor:
    import PIL.Image

    with PIL.Image.open(path) as file:
        pixels: torch.Tensor = transform(file.convert("RGB"))
    return pixels


def export(checkpoint: Path, folder: Path) -> dict[str, Any]:
    """The network without its classifier as ``model.onnx``, and what is done in front of it.

    The folder also holds the files in which fastembed looks for its preprocessing.

    Returns:
        The ``preprocess`` of a job.
    """
    model = timm.create_model(f"local-dir:{checkpoint}", pretrained=True, num_classes=0).eval()
    config = timm.data.resolve_model_data_config(model)
    side = config["input_size"][-1]
    folder.mkdir(parents=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter's own deprecations
        torch.onnx.export(
            model,
            (torch.zeros(2, *config["input_size"]),),
            folder / "model.onnx",
            input_names=["pixels"],
            output_names=["embedding"],
            dynamic_shapes=({0: torch.export.Dim("n", min=1)},),
            dynamo=True,
            external_data=False,
            verbose=False,
        )
    preprocess = {
        "side": side,
        "resized_side": math.floor(side / config["crop_pct"]),
        "interpolation": config["interpolation"],
        "mean": list(config["mean"]),
        "std": list(config["std"]),
    }
    (folder / "config.json").write_text("{}")
    processor = {
        "image_processor_type": "CLIPImageProcessor",
        "do_resize": True,
        "size": {"shortest_edge": preprocess["resized_side"]},
        "resample": _RESAMPLING[config["interpolation"]],
        "do_center_crop": True,
        "crop_size": side,
        "do_rescale": True,
        "rescale_factor": 1 / 255,
        "do_normalize": True,
        "image_mean": preprocess["mean"],
        "image_std": preprocess["std"],
    }
    (folder / "preprocessor_config.json").write_text(json.dumps(processor))
    return preprocess


def main() -> None:
    """Do the job and print where everything is."""
    job = json.loads(Path(sys.argv[1]).read_text())
    into = Path(job["into"])
    checkpoint = Path(job["checkpoint"] or into / "timm")
    if job["checkpoint"] is None:
        resnet50(checkpoint, job["images"])
    preprocess = export(checkpoint, into / "onnx")
    architecture = json.loads((checkpoint / "config.json").read_text())["architecture"]
    made = {"name": architecture, "checkpoint": str(checkpoint), "onnx": str(into / "onnx")}
    print(json.dumps({**made, "random_weights": not job["checkpoint"], "preprocess": preprocess}))


if __name__ == "__main__":
    main()
