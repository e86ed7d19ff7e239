"""A model with the way in which it runs on this machine."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Generic, TypeVar

from towhee.models.backends import Backend
from towhee.models.choice import choose
from towhee.models.machine import cores
from towhee.models.network import Network
from towhee.models.run_conditions import RunConditions
from towhee.models.runner import Runner

logger = logging.getLogger(__name__)

N = TypeVar("N", bound=Network)


class RunningModel(Generic[N]):
    """Settles how a model runs, which may take seconds, and then runs it.

    Args:
        make: the network; it may download its files.
        conditions: how the user wants it to run.
        threads: how many of the CPU it may use; all cores if ``None``.
        has_calibration: whether the network's calibration is the user's own.

    Attributes:
        network: the model, with nothing in memory of what measuring needed.
        decision: how it runs, and what was measured for it.

    Raises:
        UsageError: for a device that is not there, or if nothing keeps the bound.
        WeightsError: if weights are absent, damaged, or of another model.
    """

    def __init__(
        self,
        make: Callable[[], N],
        conditions: RunConditions,
        *,
        threads: int | None = None,
        has_calibration: bool = False,
    ) -> None:
        threads = threads or cores()
        device = conditions.chosen_device()  # first, as a download for an absent one is in vain
        network = make()
        self.decision = choose(
            network,
            backend=conditions.backend,
            precision=conditions.precision,
            device=device,
            cores=threads,
            fidelity=conditions.fidelity,
            has_calibration=has_calibration,
        )
        chosen = self.decision.chosen.candidate
        self.network: N = network.unloaded()
        self._runner = Runner(self.network, chosen, device=device, threads=threads)
        logger.info("%s runs on %s", network.name, chosen)

    @property
    def batch_size(self) -> int | None:
        """The number of rows that was measured to suit it, ``None`` if it was not measured."""
        return self.decision.chosen.batch_size or None

    @property
    def keeps_shapes(self) -> bool:
        """Whether it keeps memory for each shape of its inputs, so that few are better."""
        return self.decision.chosen.candidate.keeps_shapes

    @property
    def fingerprint(self) -> str | None:
        """What the vectors depend on, as a text; ``None`` for random weights."""
        return self._runner.fingerprint

    def alone(self) -> Backend:
        """The model for one call at a time."""
        return self._runner.alone()

    def streaming(self) -> Backend:
        """The model for as many calls at once as its ``parallel`` says."""
        return self._runner.streaming()
