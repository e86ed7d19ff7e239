"""The application of ``towhee serve`` on a Ray cluster, until the command is ended."""

from __future__ import annotations

import logging
import signal
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from towhee.errors import UsageError
from towhee.serve.forming import BatchRules
from towhee.serve.logs import start_logs
from towhee.serve.ray_serving.deployments import QUIET, check_room, connected_serve, run
from towhee.serve.ray_serving.replica import Replica
from towhee.serve.ray_serving.replicas import Replicas
from towhee.serve.server import Listening, free
from towhee.serve.service import Service

NAME = "towhee"
"""Of the application in Ray Serve."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class OnRay:
    """How a service runs on a cluster.

    Attributes:
        rules: of the batches that each replica forms.
        listening: where the proxies listen, one on each machine that has a replica.
        replicas: the processes.
        stays: whether it goes on when the command has ended.
    """

    rules: BatchRules
    listening: Listening
    replicas: Replicas
    stays: bool = False


def serve_on_ray(make: Callable[[], Service], how: OnRay) -> None:
    """Serve until SIGTERM or Ctrl-C, or, if it is to stay, until it has started.

    Args:
        make: makes the service in each replica, with its models loaded; it is pickled.
        how: where, and how many.

    Raises:
        UsageError: if the cluster cannot be reached or has no room, the address is taken, or the
            service cannot be made.
    """
    cluster = how.replicas.cluster
    if how.stays and cluster.address is None:
        raise UsageError(
            "a cluster of this machine alone ends with the command; what is to stay needs the "
            "address of one"
        )
    listening = free(how.listening) if cluster.address is None else how.listening
    ray, serve = connected_serve(cluster)
    check_room(ray, cluster, max(1, how.replicas.least))
    start_logs()
    _listen(serve, listening)
    # Ray has set a handler of its own, which ends with another code.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    replica = serve.deployment(serve.ingress()(Replica))
    replica = replica.options(name=NAME, **how.replicas.options(how.rules, listening.grace))
    run(serve, replica.bind(make, cluster.cores), NAME, "/")
    logger.info("serving at http://%s:%d", listening.host, listening.port)
    if how.stays:
        return
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        logger.info("ending, when what was taken is answered")
    finally:
        serve.delete(NAME)
        if cluster.address is None:
            serve.shutdown()


def _listen(serve: Any, listening: Listening) -> None:
    """Start the proxies of Ray Serve, or see that those of the cluster listen there.

    Raises:
        UsageError: if they listen elsewhere; they are started once for a cluster.
    """
    there = {"host": listening.host, "port": listening.port}
    serve.start(proxy_location="EveryNode", http_options=there, logging_config=QUIET)
    # Ray Serve has no public word for where it listens, and passes over what it is told later on.
    found = serve.context._get_global_client().http_config
    if found.port != listening.port or found.host != listening.host:
        raise UsageError(
            f"Ray Serve on this cluster listens at {found.host}:{found.port} already: give these "
            "as --host and --port, or end it with `serve shutdown`"
        )
