"""A cluster of two nodes, simulated in a network of its own, of which one is lost in mid-job."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("ray", reason="Ray is not installed")

ROWS = 2000
_STORY = Path(__file__).with_name("story_of_two_nodes.py")
_NETWORK = ["unshare", "--map-root-user", "--net"]


@pytest.fixture(scope="module")
def story(clusters_asked_for: None) -> dict[str, object]:
    """What happened on the cluster: everything binds the loopback interface of a new network."""
    inside = f"ip link set lo up && exec {sys.executable} {_STORY} {ROWS}"
    try:
        allowed = subprocess.run([*_NETWORK, "sh", "-c", "ip link set lo up"], capture_output=True)
    except FileNotFoundError:
        pytest.skip("there is no unshare here, and so no network of the test's own")
    if allowed.returncode != 0:
        pytest.skip(f"no network of the test's own: {allowed.stderr.decode().strip()}")
    quiet = {**os.environ, "RAY_USAGE_STATS_ENABLED": "0"}
    done = subprocess.run(
        [*_NETWORK, "sh", "-c", inside], capture_output=True, text=True, env=quiet, timeout=300
    )
    assert done.returncode == 0, done.stderr[-4000:]
    told: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return told


def test_both_nodes_take_part(story: dict[str, object]) -> None:
    assert story["nodes_before"] == 2


def test_the_job_ends_on_the_node_that_is_left(story: dict[str, object]) -> None:
    assert story["nodes_in_the_end"] == 1


def test_each_row_comes_once_and_in_order(story: dict[str, object]) -> None:
    assert story["rows"] == list(range(ROWS))
