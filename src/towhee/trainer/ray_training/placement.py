"""What a training is given on a cluster: how many workers, and what each of them has."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from towhee.errors import UsageError
from towhee.plan.cluster import Cluster
from towhee.plan.options import Options
from towhee.trainer.training_config import TrainingConfig

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Placement:
    """What the caller says of the cluster.

    Attributes:
        address: of the cluster, as ``set_engine`` takes it.
        num_worker: workers of a training, or trials at once; ``None`` for what suits.
        num_cpus: processors of each; ``None`` for what suits.
        num_gpus: GPUs of each.
        memory: bytes of main memory of each.

    Raises:
        UsageError: for a value that cannot be.
    """

    address: str | None = None
    num_worker: int | None = None
    num_cpus: float | None = None
    num_gpus: float = 0
    memory: int | None = None

    def __post_init__(self) -> None:
        Options(num_worker=self.num_worker, cluster=self.cluster)

    @property
    def cluster(self) -> Cluster:
        """The same as the engine takes it, with one processor where none is said."""
        given = 1 if self.num_cpus is None else self.num_cpus
        return Cluster(self.address, given, self.num_gpus, self.memory)


def placement_of(engine: str, placement: Placement) -> Placement | None:
    """The placement on a cluster, ``None`` for this process.

    Raises:
        UsageError: for an engine that there is not, or what only means something on a cluster.
    """
    Options(engine=engine)  # type: ignore[arg-type]  # it refuses what is no engine
    if engine == "ray":
        return placement
    if placement != Placement():
        raise UsageError(
            'address, num_worker, num_cpus, num_gpus and memory are of engine "ray"; here, '
            "TrainingConfig(devices=…) says on how many devices"
        )
    return None


@dataclass(frozen=True, slots=True)
class Workers:
    """What is asked of the cluster.

    Attributes:
        count: how many at once.
        cpus: processors of each.
        gpus: GPUs of each.
        memory: bytes of main memory of each; any if ``None``.
    """

    count: int
    cpus: float
    gpus: float
    memory: int | None

    @property
    def cores(self) -> int:
        """The threads that each may keep busy."""
        return max(1, int(self.cpus))

    def resources(self) -> dict[str, float]:
        """Of each, as Ray calls them."""
        found = {"CPU": self.cpus}
        if self.gpus:
            found["GPU"] = self.gpus
        if self.memory is not None:
            found["memory"] = self.memory
        return found

    def __str__(self) -> str:
        each = [f"{amount:g} {name}" for name, amount in self.resources().items()]
        return f"{self.count} of {', '.join(each)} each"


def workers_of_training(placement: Placement, config: TrainingConfig, ray: Any) -> Workers:
    """The workers that share a training, as many as the config has devices.

    Raises:
        UsageError: if config and placement say different things.
    """
    devices = config.devices
    if isinstance(devices, list):
        raise UsageError(
            f"devices={devices} are of one machine; on a cluster say how many: devices="
            f"{len(devices)}, or num_worker"
        )
    if None not in (devices, placement.num_worker) and devices != placement.num_worker:
        raise UsageError(
            f"num_worker={placement.num_worker} and TrainingConfig(devices={devices}) both say how "
            "many workers share the training: leave one out"
        )
    count = placement.num_worker or devices or 1
    cpus = placement.num_cpus
    if cpus is None:
        cpus = processors_of_each(resources_of_nodes(ray), count, placement.num_gpus)
    return Workers(count, cpus, placement.num_gpus, placement.memory)


def workers_of_search(placement: Placement, ray: Any) -> Workers:
    """The trials of a search that run at once: as many as there is room for, if none are said."""
    nodes = resources_of_nodes(ray)
    count, cpus = placement.num_worker, placement.num_cpus
    if cpus is None:
        cpus = 1 if count is None else processors_of_each(nodes, count, placement.num_gpus)
    asked = Workers(count or 1, cpus, placement.num_gpus, placement.memory)
    return asked if count else Workers(max(1, room(nodes, asked)), *_each(asked))


def _each(workers: Workers) -> tuple[float, float, int | None]:
    return workers.cpus, workers.gpus, workers.memory


def resources_of_nodes(ray: Any) -> list[Mapping[str, float]]:
    """What each machine of the cluster has, whoever uses it."""
    return [node["Resources"] for node in ray.nodes() if node["Alive"]]


def room(nodes: Iterable[Mapping[str, float]], workers: Workers) -> int:
    """How many workers of that kind the machines hold, when nothing else runs.

    Example:
        >>> room([{"CPU": 4}, {"CPU": 3}], Workers(1, 2, 0, None))
        3
    """
    wanted = workers.resources()
    return sum(
        min(int(node.get(name, 0) / amount) for name, amount in wanted.items()) for node in nodes
    )


def processors_of_each(
    nodes: Sequence[Mapping[str, float]], count: int, num_gpus: float = 0
) -> float:
    """The most whole processors that each of some workers can have; one where they do not fit.

    Example:
        >>> processors_of_each([{"CPU": 8}, {"CPU": 4}], 3)
        4
    """
    most = max((int(node.get("CPU", 0)) for node in nodes), default=1)
    for each in range(most, 1, -1):
        if room(nodes, Workers(count, each, num_gpus, None)) >= count:
            return each
    return 1


def check_room(workers: Workers, ray: Any) -> None:
    """Refuse what a cluster of this machine alone can never give; a larger one may still grow.

    Raises:
        UsageError: then.
    """
    nodes = resources_of_nodes(ray)
    if workers.cpus and room(nodes, workers) >= workers.count:
        return
    has = ", ".join(f"{ray.cluster_resources().get(name, 0):g} {name}" for name in ("CPU", "GPU"))
    if is_own(ray):
        raise UsageError(
            f"this machine has {has}, and {workers} are asked for: lower num_worker, num_cpus, "
            "num_gpus or memory"
        )
    logger.warning(
        "the cluster has %s, and %s are asked for: the training waits until it has grown",
        has,
        workers,
    )


def is_own(ray: Any) -> bool:
    """Whether the cluster is of this machine alone, on the loopback interface."""
    return str(ray.get_runtime_context().gcs_address).startswith("127.")


def config_there(config: TrainingConfig, workers: Workers) -> TrainingConfig:
    """The config with the device that each worker has.

    Raises:
        UsageError: if it asks for GPUs that no worker is given.
    """
    named = config.device_str
    if named is not None and named.startswith("cuda") and not workers.gpus:
        raise UsageError(f"device_str={named!r}, and no worker has a GPU: say num_gpus=1")
    if named is not None and ":" in named:
        raise UsageError(
            f"device_str={named!r} is of one machine; on a cluster each worker is given its own: "
            "say num_gpus=1"
        )
    return config
