"""``OnCluster``: batches are formed in this process, and carried out by replicas of a cluster."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Sequence
from typing import Any

from starlette.concurrency import run_in_threadpool

from towhee.engine.ray.portable import portable_failure
from towhee.models.machine import use_cores
from towhee.plan.cluster import Cluster
from towhee.serve.forming import BatchRules
from towhee.serve.ray_serving.deployments import QUIET, check_room, connected_serve, end, run
from towhee.serve.ray_serving.replicas import Replicas
from towhee.serve.runner import Here
from towhee.types import Failure

_GRACE = 30.0  # seconds that a batch has to end in when its replica is to end
_TRIES = 3  # of a batch whose replica was lost

logger = logging.getLogger(__name__)


class Batches:
    """In a replica: carries out batches, with the models loaded.

    Args:
        here: what carries them out in this process.
        cores: processors that it may keep busy.
    """

    def __init__(self, here: Here, cores: int) -> None:
        use_cores(cores)
        here.load()
        self._here = here

    async def run(self, calls: Sequence[Any]) -> list[Any]:
        """The result of each call, or a ``Failure`` that can be sent."""
        # Ray Serve runs what is no coroutine in its event loop, one after the other.
        results = await run_in_threadpool(self._here.run, calls)
        return [portable_failure(r) if isinstance(r, Failure) else r for r in results]


class OnCluster:
    """Carries out batches in replicas, a deployment of Ray Serve that is there while it is loaded.

    Args:
        here: what each replica does.
        cluster: where, and what each replica is given.
        replicas: how many.
    """

    def __init__(self, here: Here, cluster: Cluster, replicas: int) -> None:
        self._here = here
        self._cluster = cluster
        self.replicas = replicas
        # Each process that serves has replicas of its own, which end with it.
        self._application = f"towhee-{here.name}-{uuid.uuid4().hex[:8]}"
        self._handle: Any = None

    def load(self) -> None:
        """Start the replicas, and wait until they have loaded their models.

        Raises:
            UsageError: if there is no such cluster, it has no room, or a model cannot be loaded.
        """
        ray, serve = connected_serve(self._cluster)
        check_room(ray, self._cluster, self.replicas)
        serve.start(proxy_location="Disabled", logging_config=QUIET)
        options = Replicas(self.replicas, self.replicas, self._cluster).options(
            BatchRules(), _GRACE
        )
        # One batch is decoded while another is in the model; further ones wait in this process's
        # queue of Ray Serve, from which the first replica that is free takes them.
        options |= {"max_ongoing_requests": 2, "max_queued_requests": -1}
        deployment = serve.deployment(Batches).options(name=self._here.name, **options)
        bound = deployment.bind(self._here, self._cluster.cores)
        self._handle = run(serve, bound, self._application, None)

    def run(self, calls: Sequence[Any]) -> list[Any]:
        """The result of each call; a ``Failure`` for one that failed, which no other feels.

        Raises:
            ray.exceptions.RayActorError: if replica after replica is lost in the middle of it.
        """
        from ray.exceptions import RayActorError

        for tries_left in reversed(range(_TRIES)):
            try:
                results: list[Any] = self._handle.run.remote(list(calls)).result()
            except RayActorError as error:
                if not tries_left:
                    raise
                logger.warning("a replica of %s was lost: %s", self._here.name, error)
            else:
                return results
        raise AssertionError("the last try returns or raises")

    def close(self) -> None:
        """End the replicas, when what they have in hand is done."""
        if self._handle is not None:
            self._handle = None
            end(self._application)
