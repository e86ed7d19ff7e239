"""A training whose machine is lost, in a cluster that is simulated in a network of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tiny_models import tiny_checkpoint

pytest.importorskip("ray", reason="Ray is not installed")

_STORY = Path(__file__).with_name("story_of_a_lost_machine.py")
_NETWORK = ["unshare", "--map-root-user", "--net"]


@pytest.fixture(scope="module")
def story(clusters_asked_for: None, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What happened: everything binds the loopback interface of a new network."""
    folder = tmp_path_factory.mktemp("story")
    checkpoint = tiny_checkpoint(folder / "test_resnet")
    inside = f"ip link set lo up && exec {sys.executable} {_STORY} {checkpoint} {folder / 'out'}"
    try:
        allowed = subprocess.run([*_NETWORK, "sh", "-c", "ip link set lo up"], capture_output=True)
    except FileNotFoundError:
        pytest.skip("there is no unshare here, and so no network of the test's own")
    if allowed.returncode != 0:
        pytest.skip(f"no network of the test's own: {allowed.stderr.decode().strip()}")
    quiet = {
        **os.environ,
        "RAY_USAGE_STATS_ENABLED": "0",
        "RAY_worker_niceness": "0",
        "PYTHONPATH": str(Path(__file__).parents[2]),
    }
    done = subprocess.run(
        [*_NETWORK, "sh", "-c", inside], capture_output=True, text=True, env=quiet, timeout=300
    )
    assert done.returncode == 0, done.stderr[-4000:]
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


def test_it_is_trained_on_two_machines_one_after_the_other_and_not_on_the_callers(
    story: dict[str, Any],
) -> None:
    assert (story["machines"], story["callers"]) == (2, 0)
    assert len(story["said"]) == 1


def test_no_epoch_is_lost_or_repeated_and_the_model_arrives(story: dict[str, Any]) -> None:
    assert story["epochs"] == list(range(1, 7))
    assert story["is_here"]
