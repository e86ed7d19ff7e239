"""The networks that image benchmarks run, in the forms that contenders take."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.machine import cores
from harness.processes import run_json


@dataclass(frozen=True, slots=True)
class ImageModel:
    """One network on the disk.

    Attributes:
        name: of its architecture.
        checkpoint: the folder with its weights as timm keeps them.
        onnx: the folder with the same network as ``model.onnx``.
        preprocess: what a ``Job`` needs to know of it.
        random_weights: whether it was made here, and never trained.
    """

    name: str
    checkpoint: str
    onnx: str
    preprocess: dict[str, Any]
    random_weights: bool

    def job(self, images: list[str], warm_up: list[str]) -> dict[str, Any]:
        """The fields of a ``Job`` that all contenders share, on all cores."""
        return {
            "images": images,
            "warm_up": warm_up,
            "checkpoint": self.checkpoint,
            "onnx": self.onnx,
            "preprocess": self.preprocess,
            "cores": cores(),
        }


def image_model(into: Path, checkpoint: Path | None, images: list[str]) -> ImageModel:
    """A network in both forms, written into a folder.

    Args:
        into: an empty folder.
        checkpoint: a folder of timm with trained weights; ``None`` for a ResNet-50 with random
            weights.
        images: photographs that the statistics of random weights are taken from.
    """
    job = into / "job.json"
    given = None if checkpoint is None else str(checkpoint.resolve())
    job.write_text(json.dumps({"into": str(into), "checkpoint": given, "images": images}))
    script = Path(__file__).parent / "make_model.py"
    return ImageModel(**run_json([sys.executable, str(script), str(job)]))
