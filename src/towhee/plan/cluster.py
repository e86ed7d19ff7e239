"""``Cluster``: which cluster runs a plan, and what each of its workers is given."""

from __future__ import annotations

from dataclasses import dataclass

from towhee.errors import UsageError


@dataclass(frozen=True, slots=True)
class Cluster:
    """Where a distributed engine finds its workers, and what it asks for each.

    Attributes:
        address: of the cluster, ``"auto"`` for the one that this machine belongs to; ``None``
            for one that is started here, or the one that the process is connected to.
        num_cpus: processors of each worker.
        num_gpus: GPUs of each worker that holds a model; a part of one is shared.
        memory: bytes of main memory that each worker that holds a model is given; any if ``None``.
        preserve_order: whether rows come in the order of the source, or as they are done.
    """

    address: str | None = None
    num_cpus: float = 1
    num_gpus: float = 0
    memory: int | None = None
    preserve_order: bool = True

    def __post_init__(self) -> None:
        if self.address is not None and (not isinstance(self.address, str) or not self.address):
            raise UsageError(f'address is "auto" or "host:port", not {self.address!r}')
        if self.address is not None and "://" in self.address:
            raise UsageError(
                f"{self.address} is of Ray Client, which Ray Data does not run through: give "
                '"host:port" on a machine of the cluster, or submit the program as a job of Ray'
            )
        for name, least in (("num_cpus", 0.01), ("num_gpus", 0), ("memory", 1)):
            value = getattr(self, name)
            if value is None and name == "memory":
                continue
            is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
            if not is_number or not value >= least:
                raise UsageError(f"{name} is a number of at least {least}, not {value!r}")
        if not isinstance(self.preserve_order, bool):
            raise UsageError(f"preserve_order is True or False, not {self.preserve_order!r}")

    @property
    def cores(self) -> int:
        """The threads that a worker may keep busy."""
        return max(1, int(self.num_cpus))
