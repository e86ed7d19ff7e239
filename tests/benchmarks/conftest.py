"""One smoke run of all benchmarks, which the tests of this folder look at."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
sys.path.append(str(BENCHMARKS))  # scripts find their own modules beside them; so do their tests


@pytest.fixture(scope="session")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of timm with the smallest ResNet that it has, random weights."""
    import torch
    from safetensors.torch import save_file

    from towhee.models.timm_models import import_timm

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
    folder = tmp_path_factory.mktemp("models") / "tiny"
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps(about))
    save_file(model.state_dict(), folder / "model.safetensors")
    return folder


@pytest.fixture(scope="session")
def smoke_run(checkpoint: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of results of ``run.py --quick``."""
    results = tmp_path_factory.mktemp("results")
    script = str(BENCHMARKS / "run.py")
    given = ["--quick", "--results", str(results), "--checkpoint", str(checkpoint)]
    done = subprocess.run([sys.executable, script, *given], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return results


@pytest.fixture
def figures(smoke_run: Path) -> Callable[[str], Any]:
    """``figures("memory")``: what that benchmark wrote."""
    return lambda name: json.loads((smoke_run / f"{name}.json").read_text())
