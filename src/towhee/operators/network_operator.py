"""What all operators have in common whose network any backend may run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import numpy as np
import numpy.typing as npt

from towhee.models.network import Batch, Network
from towhee.models.run_conditions import RunConditions
from towhee.models.vectors import unit_length
from towhee.operators.base import In, ModelOperator, Streams
from towhee.operators.stacking import stacked

if TYPE_CHECKING:
    from towhee.models.backends import Backend
    from towhee.models.running_model import RunningModel

N = TypeVar("N", bound=Network)
Vector = npt.NDArray[np.float32]


class NetworkOperator(ModelOperator[In, Vector], Generic[In, N]):
    """Vectors of a network, run in the way that measures fastest on this machine.

    A subclass gives ``network``, ``dimension`` and ``prepare``; ``inputs`` too, where the prepared
    values of a batch are not arrays of one shape.

    Args:
        known_as: the name of the model, under which decisions about it are kept.
        conditions: how the user wants it to run.
        normalize: whether vectors have unit length.
        has_calibration: whether the user gave inputs on which backends are compared.

    Attributes:
        threads: how many of the CPU the model may use, set before ``setup``; all cores if ``None``.
    """

    threads: int | None = None

    def __init__(
        self,
        known_as: str,
        conditions: RunConditions,
        *,
        normalize: bool = True,
        has_calibration: bool = False,
    ) -> None:
        self._known_as = known_as
        self._conditions = conditions
        self._normalize = normalize
        self._has_calibration = has_calibration
        self._running: RunningModel[N] | None = None

    def network(self) -> N:
        """The model, read from its files, which may be downloaded."""
        raise NotImplementedError(f"{type(self).__name__} defines no network()")

    @property
    def dimension(self) -> int:
        """The length of the vectors."""
        raise NotImplementedError(f"{type(self).__name__} defines no dimension")

    def inputs(self, prepared: Sequence[Any]) -> Batch:
        """What the network takes for at least one prepared value."""
        return (stacked(prepared),)

    def setup(self) -> None:
        """Read the model, from its folder, the cache or the Hub, and settle what runs it."""
        from towhee.models.running_model import RunningModel

        self._running = RunningModel(
            self.network,
            self._conditions,
            threads=self.threads,
            has_calibration=self._has_calibration,
        )

    @property
    def running(self) -> RunningModel[N]:
        """The model with the way in which it runs; the first to ask sets it up."""
        self.ensure_setup()
        assert self._running is not None
        return self._running

    def load(self) -> None:
        """Load the weights in the form that single calls need."""
        self.running.alone()

    def how_it_runs(self) -> list[str]:
        """The backend and precision that were chosen, and what was measured for it."""
        from towhee.models.decision_text import decision_lines
        from towhee.models.decisions import decisions_about

        known = self._running.decision if self._running else None
        if known is None and self._conditions.is_open:
            decisions = decisions_about(self._known_as)
            bound = self._conditions.fidelity
            known = next((each for each in decisions if each.fidelity == bound), None)
        return [] if known is None else decision_lines(known)

    def streams(self) -> Streams:
        """The model for an engine: a call for each core, in batches of the size that is best."""
        backend = self.running.streaming()
        return Streams(
            lambda prepared: self._vectors(backend, prepared),
            parallel=backend.parallel,
            threads=backend.threads,
            batch_size=self.running.batch_size,
        )

    def fingerprint(self) -> str | None:
        """Weights, preprocessing, backend and precision; ``None`` for random weights."""
        return self.running.fingerprint

    def origin(self) -> str | None:
        """The model's key: it stands for weights, layer and preprocessing."""
        return self.running.network.key

    def forward(self, prepared: Sequence[Any]) -> npt.NDArray[np.float32]:
        """Vectors ``(n, d) float32``."""
        if not len(prepared):
            return np.empty((0, self.dimension), np.float32)
        return self._vectors(self.running.alone(), prepared)

    def _vectors(self, backend: Backend, prepared: Sequence[Any]) -> npt.NDArray[np.float32]:
        vectors = backend(*self.inputs(prepared))
        return unit_length(vectors) if self._normalize else vectors
