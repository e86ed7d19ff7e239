"""One smoke run of all benchmarks, which the tests of this folder look at."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tiny_models import tiny_checkpoint

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
sys.path.append(str(BENCHMARKS))  # scripts find their own modules beside them; so do their tests


@pytest.fixture(scope="session")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of timm with the smallest ResNet that it has, random weights."""
    return tiny_checkpoint(tmp_path_factory.mktemp("models") / "tiny")


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
