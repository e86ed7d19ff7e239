"""Ray Train's trainer of torch, which prepares no more in its workers than their GPUs.

Its own backend joins all workers in one group of processes for as long as they live, whose store
listens at all addresses of a machine. Here a group is made for each course, at one address, and
what only the first worker does takes as long as it takes.
"""

from __future__ import annotations

from typing import Any

from ray.train.backend import Backend
from ray.train.torch import TorchConfig, TorchTrainer

_CLEANER = "PlacementGroupCleanerCallback"


class _NoGroup(Backend):
    share_cuda_visible_devices = True


class OwnGroups(TorchConfig):
    """The configuration of a trainer whose workers make their groups themselves."""

    @property
    def backend_cls(self) -> type[Backend]:
        """What prepares the workers."""
        return _NoGroup


class Trainer(TorchTrainer):
    """Ray's trainer without an actor that outlives it.

    It would remove what a controller leaves that was killed, and looks for that in the dashboard,
    which a cluster of this machine alone has not: it would complain every second, and stay. Ray
    itself removes what a controller leaves.
    """

    def _create_default_callbacks(self) -> list[Any]:
        # Checkers see the first version of Ray Train; the second is what runs.
        made: list[Any] = super()._create_default_callbacks()  # type: ignore[misc]
        return [each for each in made if type(each).__name__ != _CLEANER]
