"""What the tests of trainings on a cluster share."""

from __future__ import annotations

import time
from collections.abc import Iterator
from types import ModuleType

import psutil
import pytest

from ray_processes import ray_processes

_OURS = ("RayTrain", "TrainController", "Foreman", "Mailbox", "ImplicitFunc", "PlacementGroup")
_SECONDS = 15


@pytest.fixture
def nothing_left(cluster: ModuleType) -> Iterator[None]:
    """Whatever a test does, no actor lives on behind it, and all processors are free."""
    yield
    psutil.wait_procs(ray_processes(*_OURS), timeout=_SECONDS)
    assert not ray_processes(*_OURS)
    ends_at = time.monotonic() + _SECONDS
    while cluster.available_resources().get("CPU", 0) < 2 and time.monotonic() < ends_at:
        time.sleep(0.1)  # Ray tells of what is free only to who asks
    assert cluster.available_resources()["CPU"] == 2
