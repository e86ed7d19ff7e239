"""``RayDeployment``: the cluster that is asked for, checked."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import PurePosixPath

from towhee.cli.deploying.checks import (
    check_claim,
    check_image,
    check_name,
    check_namespace,
    check_version,
    memory_bytes,
)
from towhee.errors import UsageError

LEAST_RAY = (2, 60)
LEAST_MEMORY = 2**30
LEAST_PER_WORKER = 2**29
TAKEN = ("/tmp", "/cache", "/dev", "/models", "/opt", "/proc", "/sys")


@dataclass(frozen=True, slots=True)
class Group:
    """The pods of one kind.

    Attributes:
        cpus: whole processors of each.
        memory: of each, as Kubernetes writes it.
        gpus: of each.
        least: how many there always are.
        most: how many there may be.
    """

    cpus: int
    memory: str
    gpus: int = 0
    least: int = 1
    most: int = 1

    def __post_init__(self) -> None:
        if self.cpus < 1:
            raise UsageError(f"a pod has at least one processor, not {self.cpus}")
        if self.gpus < 0:
            raise UsageError(f"a pod cannot have {self.gpus} GPUs")
        if not 0 <= self.least <= self.most or self.most < 1:
            raise UsageError(
                f"{self.least}:{self.most} pods cannot be: the first number is the least, the "
                "second the most, and at least 1"
            )
        if memory_bytes(self.memory) < LEAST_MEMORY:
            raise UsageError(
                f"{self.memory} of memory are too few for a node of Ray; 1Gi is the least"
            )


@dataclass(frozen=True, slots=True)
class RayDeployment:
    """A cluster of Ray on Kubernetes that runs towhee, or one job on such a cluster.

    Attributes:
        name: of the cluster, or of the job.
        image: with towhee, its extra ``ray``, and what the pipelines need.
        namespace: where it runs; the one of ``kubectl`` if ``None``.
        ray_version: of the Ray in the image.
        head: the pod that the program runs in; no worker of the engine does.
        workers: the pods that the workers of the engine run in.
        claim: a PersistentVolumeClaim with the files, which every pod sees; none if empty.
        mount: where the pods see it.
        job: the command to run on a cluster of its own; a cluster that stays if empty.
    """

    name: str
    image: str
    namespace: str | None = None
    ray_version: str = "2.60.0"
    head: Group = field(default_factory=lambda: Group(1, "4Gi"))
    workers: Group = field(default_factory=lambda: Group(2, "4Gi", least=1, most=4))
    claim: str = ""
    mount: str = "/data"
    job: str = ""

    def __post_init__(self) -> None:
        check_name(self.name)
        check_image(self.image)
        if self.namespace is not None:
            check_namespace(self.namespace)
        check_version(self.ray_version, LEAST_RAY)
        if self.claim:
            check_claim(self.claim)
        _check_mount(self.mount)
        each = self.workers
        if each.gpus >= each.cpus:
            raise UsageError(
                f"{each.gpus} GPUs and {each.cpus} processors do not fit: a worker with a GPU "
                "takes a processor, and so does what decodes for it; give at least "
                f"{each.gpus + 1} processors"
            )
        if memory_bytes(each.memory) < each.cpus * LEAST_PER_WORKER:
            raise UsageError(
                f"{each.memory} of memory are too few for {each.cpus} workers, one for each "
                f"processor, that load a model each; give at least {-(-each.cpus // 2)}Gi"
            )

    @property
    def scales(self) -> bool:
        """Whether pods come and go with the work."""
        return self.workers.least < self.workers.most

    @property
    def engine_workers(self) -> int:
        """The workers of the engine that there is room for: one for each GPU, or processor."""
        return self.workers.most * (self.workers.gpus or self.workers.cpus)


def _check_mount(mount: str) -> None:
    path = PurePosixPath(mount)
    if not path.is_absolute() or ".." in path.parts or len(path.parts) < 2 or ":" in mount:
        raise UsageError(f"{mount!r} is no folder to mount at: an absolute path, /data, say")
    if str(path) != mount:
        raise UsageError(f"{mount!r} is written {str(path)!r}")
    taken = next((each for each in TAKEN if path.is_relative_to(each)), None)
    if taken is not None:
        raise UsageError(f"{taken} is used by the pods themselves; mount the files at /data, say")
