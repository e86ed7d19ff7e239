"""Deployments of Ray Serve: started, waited for, ended."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator
from typing import Any

from towhee.engine.ray.cluster import connected
from towhee.errors import MissingExtraError, UsageError, one_line
from towhee.plan.cluster import Cluster

QUIET = {"log_level": "ERROR", "enable_access_log": False}
"""How Ray Serve logs: the service writes a line for each request itself."""


def connected_serve(cluster: Cluster) -> tuple[Any, Any]:
    """The modules ``ray`` and ``ray.serve``, connected to a cluster.

    Raises:
        MissingExtraError: if Ray Serve is not installed.
        UsageError: if nothing answers at the cluster's address.
    """
    ray = connected(cluster)
    try:
        from ray import serve
    except ImportError as error:
        raise MissingExtraError("serving on Ray", "ray") from error
    logging.getLogger("ray.serve").setLevel(logging.WARNING)
    return ray, serve


def check_room(ray: Any, cluster: Cluster, replicas: int) -> None:
    """Refuse what a cluster of this machine alone will never have room for.

    Other clusters may grow, so Ray Serve waits there, and says what for.

    Raises:
        UsageError: then.
    """
    if cluster.address is not None:
        return
    there = ray.cluster_resources()
    for name, each in (("CPU", cluster.num_cpus), ("GPU", cluster.num_gpus)):
        if each * replicas > there.get(name, 0):
            raise UsageError(
                f"{replicas} replicas of {each:g} {name} do not fit on this machine, which has "
                f"{there.get(name, 0):g}; ask for fewer, or give the address of a cluster"
            )


def run(serve: Any, application: Any, name: str, path: str | None) -> Any:
    """Start an application and wait until its replicas have loaded their models.

    Args:
        serve: the module.
        application: a deployment, bound to its arguments.
        name: of the application; one that is there already is replaced, replica by replica.
        path: that requests begin with; ``None`` if it is called through its handle alone.

    Returns:
        The handle.

    Raises:
        UsageError: if it cannot start; the message says why.
    """
    try:
        return serve.run(application, name=name, route_prefix=path, logging_config=QUIET)
    except RuntimeError as error:
        why = _why(serve, name) or str(error)
        with contextlib.suppress(RuntimeError):
            serve.delete(name)
        raise UsageError(f"{name!r} cannot be started on the cluster: {why}") from error
    except BaseException:  # Ctrl-C: Ray Serve would go on starting it
        serve.delete(name, _blocking=False)
        raise


def end(name: str) -> None:
    """End an application, when what its replicas have in hand is done."""
    import ray
    from ray import serve

    if ray.is_initialized():  # else it has ended with its cluster
        serve.delete(name)


def _why(serve: Any, name: str) -> str:
    """What a replica that did not start ended with: the last line of its traceback."""
    about = serve.status().applications.get(name)
    if about is None:
        return ""
    said = [about.message, *(each.message for each in about.deployments.values())]
    return next(_errors("\n".join(said)), "")


def _errors(text: str) -> Iterator[str]:
    for line in text.splitlines():
        kind, colon, message = line.strip().partition(": ")
        if colon and kind.startswith("towhee.") and kind.endswith("Error"):
            yield one_line(message, 500)
