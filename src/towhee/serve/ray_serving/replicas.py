"""``Replicas``: how many processes of a service there are on a cluster, and what each is given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from towhee.errors import UsageError
from towhee.plan.cluster import Cluster
from towhee.serve.forming import BatchRules

_CONSTRUCTOR_TRIES = 2  # a model that cannot be loaded is not there the tenth time either
_HEALTH_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Replicas:
    """The processes of a service.

    Attributes:
        least: how many there always are; with 0, the first request after a pause waits for one.
        most: how many there may be under load.
        cluster: where, and what each of them is given.

    Raises:
        UsageError: for numbers that cannot be.
    """

    least: int
    most: int
    cluster: Cluster

    def __post_init__(self) -> None:
        if not 0 <= self.least <= self.most or self.most < 1:
            raise UsageError(
                f"{self.least}:{self.most} replicas cannot be: the first number is the least, the "
                "second the most, and at least 1"
            )

    def options(self, rules: BatchRules, grace: float) -> dict[str, Any]:
        """What Ray Serve is told of a deployment.

        A replica forms batches itself, so it is given many requests at once. How many it has is
        what the number of replicas goes by: another comes when each has more than a batch.

        Args:
            rules: of the batches.
            grace: seconds that requests have to end in when a replica is to end.
        """
        actor: dict[str, Any] = {
            "num_cpus": self.cluster.num_cpus,
            "num_gpus": self.cluster.num_gpus,
        }
        if self.cluster.memory is not None:
            actor["memory"] = self.cluster.memory
        options: dict[str, Any] = {
            "ray_actor_options": actor,
            # The queue of a replica refuses what it has no room for, with Retry-After.
            "max_ongoing_requests": 2 * (rules.max_queue + rules.runs * rules.max_batch),
            "max_queued_requests": rules.max_queue,
            "graceful_shutdown_timeout_s": grace,
            "health_check_period_s": _HEALTH_SECONDS,
            "max_constructor_retry_count": _CONSTRUCTOR_TRIES,
        }
        if self.least == self.most:
            return {**options, "num_replicas": self.least}
        scaling = {
            "min_replicas": self.least,
            "max_replicas": self.most,
            "target_ongoing_requests": rules.max_batch,
        }
        return {**options, "autoscaling_config": scaling}
