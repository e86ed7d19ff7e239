"""Connect to a cluster, or start one of this machine alone."""

from __future__ import annotations

import atexit
import logging
import os
import shutil
import sys
import tempfile
from typing import Any

from towhee.errors import MissingExtraError, UsageError
from towhee.models.machine import cores
from towhee.plan.cluster import Cluster


def connected(cluster: Cluster) -> Any:
    """The module ``ray``, connected to the cluster.

    A cluster that is started here has this machine's processors, sends no telemetry, and ends
    with the process; later runs find it there. It listens on the loopback interface alone, unless
    the process had imported Ray before.

    Raises:
        MissingExtraError: if Ray is not installed.
        UsageError: if nothing answers at the address, or the process is connected elsewhere.
    """
    if cluster.address is None:
        # Ray reads it when it is imported. On Linux it takes 127.0.0.1 for the machine's address
        # in its network otherwise, and answers there.
        os.environ.setdefault("RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER", "0")
    try:
        import ray
    except ImportError as error:
        raise MissingExtraError("the Ray engine", "ray") from error
    if ray.is_initialized():
        _check_address(ray, cluster.address)
        return ray
    if cluster.address is None:
        _start(ray)
        _quieten()
        return ray
    try:
        ray.init(address=cluster.address, logging_level=logging.WARNING)
        _quieten()
    except (ConnectionError, ValueError, RuntimeError) as error:
        raise UsageError(
            f"no Ray cluster answers at {cluster.address!r}: {error}; start one with "
            "`ray start --head`, or leave address out to use this machine alone"
        ) from error
    return ray


def _start(ray: Any) -> None:
    """Start a cluster of this machine alone, which ends, with its files, when the process does."""
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # read when the cluster is started
    # Workers would give way to all other programs, and beside one that takes the processors they
    # would get three hundredths of them: less than they need to begin.
    os.environ.setdefault("RAY_worker_niceness", "0")  # it is added to this process's own
    # Its own folder, as another cluster's files there would make this one join it.
    folder = tempfile.mkdtemp(prefix="towhee-ray-")
    ray.init(
        _node_ip_address="127.0.0.1",
        num_cpus=cores(),
        include_dashboard=False,
        logging_level=logging.WARNING,
        _temp_dir=folder,
    )

    def end() -> None:
        ray.shutdown()
        shutil.rmtree(folder, ignore_errors=True)

    atexit.register(end)


def _quieten() -> None:
    """Leave what Ray Data tells of its progress to terminals."""
    import ray.data  # sets its logging up  # noqa: F401

    if not sys.stdout.isatty():
        for handler in logging.getLogger("ray.data").handlers:
            if handler.name == "console":
                handler.setLevel(logging.WARNING)


def _check_address(ray: Any, address: str | None) -> None:
    """Raise if the process is connected to another cluster than the one that is asked for."""
    there = ray.get_runtime_context().gcs_address
    if address not in (None, "auto", there):
        raise UsageError(
            f"this process is connected to the Ray cluster at {there}, not to {address}; "
            "call ray.shutdown() first"
        )


def workers(ray: Any, cluster: Cluster, asked: int | None) -> int:
    """How many workers the cluster has room for, or as many as are asked for."""
    if asked is not None:
        return asked
    there = ray.cluster_resources()
    room = int(there.get("CPU", 1) / cluster.num_cpus)
    if cluster.num_gpus:
        room = min(room, int(there.get("GPU", 0) / cluster.num_gpus))
    return max(1, room)
