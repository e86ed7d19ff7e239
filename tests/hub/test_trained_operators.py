"""What was trained travels whole: vectors to the bit, head, labels, preprocessing, card."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from hub_server import HubServer
from tiny_models import tiny_checkpoint

PUSH = """
import json, sys
import numpy as np
from colour_squares import colour_squares
from towhee import hub, ops
from towhee.trainer.training_config import TrainingConfig
home, checkpoint, folder = sys.argv[1:]
picture = np.asarray(colour_squares(1, seed=9)[0].value)
told = {}
for method in ("linear_probe", "partial"):
    op = ops.image_embedding.timm(checkpoint=checkpoint, backend="torch")
    config = TrainingConfig(output_dir=f"{folder}/{method}", method=method, epoch_num=1,
                            device_str="cpu", tensorboard=None, loss="CrossEntropyLoss",
                            batch_size=16)
    result = op.train(config, colour_squares(30, 0), colour_squares(15, 1))
    name = f"me/{method}"
    pushed = hub.push(op, name, home=home, license="mit", summary="three colours")
    head = ops.image_classification.timm(checkpoint=str(result.folder), backend="torch", topk=3)
    told[method] = {
        "vector": op(picture).tolist(),
        "head": [[each.label, each.score] for each in head(picture)],
        "preprocess": repr(op.operator.preprocess),
        "card": (result.folder / "README.md").read_text(),
    }
print(json.dumps(told))
"""
PULL = """
import json, sys
import numpy as np
from colour_squares import colour_squares
from towhee import hub, ops, pipeline
home, = sys.argv[1:]
picture = np.asarray(colour_squares(1, seed=9)[0].value)
told = {}
for method in ("linear_probe", "partial"):
    name = f"me/{method}"
    op = ops(name, home=home)
    package = hub.pull(name, home=home)
    folder = package.folder / "weights"
    head = ops.image_classification.timm(checkpoint=str(folder), backend="torch", topk=3)
    told[method] = {
        "vector": op(picture).tolist(),
        "of_pipeline": pipeline(name, home=home)(picture).tolist(),
        "head": [[each.label, each.score] for each in head(picture)],
        "preprocess": repr(op.operator.preprocess),
        "card": (package.folder / "README.md").read_text(),
        "license": package.manifest.license,
        "labels": (folder / "labels.txt").read_text().split(),
    }
print(json.dumps(told))
"""


def run(program: str, *words: str, **environment: str) -> Any:
    """What a program in a process of its own prints."""
    tests = str(Path(__file__).parents[1])
    done = subprocess.run(
        [sys.executable, "-c", program, *words],
        env={**os.environ, "PYTHONPATH": tests, **environment},
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def machine(folder: Path) -> dict[str, str]:
    """The caches of a machine of its own."""
    return {"XDG_CACHE_HOME": str(folder / "cache"), "HF_HOME": str(folder / "hf")}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Any]:
    """What one machine says of what it pushed, and another of what it pulled, by method."""
    folder = tmp_path_factory.mktemp("machines")
    checkpoint = tiny_checkpoint(folder / "checkpoint")
    (folder / "home").mkdir()
    with HubServer(folder / "home", redirect=True) as endpoint:
        hugging = {"HF_ENDPOINT": endpoint, "HF_HUB_DISABLE_XET": "1", "HF_TOKEN": "hf_any"}
        trained = str(folder / "out")
        pushed = run(PUSH, "hf", str(checkpoint), trained, **machine(folder / "one"), **hugging)
        pulled = run(PULL, "hf", **machine(folder / "two"), **hugging)
    return pushed, pulled


@pytest.mark.parametrize("method", ["linear_probe", "partial"])
def test_a_trained_operator_is_pulled_as_it_was_pushed(method: str, told: tuple[Any, Any]) -> None:
    pushed, pulled = (each[method] for each in told)
    assert pulled["vector"] == pulled["of_pipeline"] == pushed["vector"]
    assert pulled["head"] == pushed["head"]
    assert {label for label, _ in pulled["head"]} == {"red", "green", "blue"}
    assert pulled["labels"] == ["red", "green", "blue"]
    assert pulled["preprocess"] == pushed["preprocess"]
    assert pulled["license"] == "mit"
    # The card is that of the training, with what it measured, under the package's own head.
    measured = pushed["card"].partition("| measure |")[2].partition("## ")[0]
    assert "| knn |" in measured
    assert measured.strip() in pulled["card"]
    assert f'pipeline("me/{method}")' in pulled["card"]
