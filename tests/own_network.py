"""Programs of tests in a network of their own, where nothing but loopback is there."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

_NETWORK = ["unshare", "--map-root-user", "--net", "sh", "-c"]
_LOOPBACK = "ip link set lo up"
_SECONDS = 300


def told_in_own_network(script: Path, *arguments: object, **environment: str) -> dict[str, Any]:
    """What a script prints last, as JSON; it is run in a new network, and Ray tells nobody of it.

    Args:
        script: the program, in Python.
        arguments: of its command line.
        environment: variables that it has besides those of this process.
    """
    try:
        allowed = subprocess.run([*_NETWORK, _LOOPBACK], capture_output=True)
    except FileNotFoundError:
        pytest.skip("there is no unshare here, and so no network of the test's own")
    if allowed.returncode != 0:
        pytest.skip(f"no network of the test's own: {allowed.stderr.decode().strip()}")
    command = " ".join(map(str, (sys.executable, script, *arguments)))
    done = subprocess.run(
        [*_NETWORK, f"{_LOOPBACK} && exec {command}"],
        capture_output=True,
        text=True,
        env={**os.environ, "RAY_USAGE_STATS_ENABLED": "0", **environment},
        timeout=_SECONDS,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told
