"""Who carries out the batches of what is served: this process, or the replicas of a cluster."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from towhee.engine.apply import apply_batch
from towhee.engine.function import PlanFunction
from towhee.pipelines.graph_function import GraphFunction
from towhee.types import Failure


class Runner(Protocol):
    """Carries out batches."""

    @property
    def replicas(self) -> int:
        """In how many places; each takes as many batches at once as this process would."""

    def load(self) -> None:
        """Load the weights, in the form that batches need."""

    def run(self, calls: Sequence[Any]) -> list[Any]:
        """The result of each call; a ``Failure`` for one that failed, which no other feels."""

    def close(self) -> None:
        """Let go of what was loaded elsewhere."""


class Here:
    """Carries out batches in this process.

    Args:
        name: of what is served, for failures that name no operator.
        function: what is called.
    """

    replicas = 1

    def __init__(self, name: str, function: PlanFunction | GraphFunction) -> None:
        self.name = name
        self.function: PlanFunction | GraphFunction
        if isinstance(function, PlanFunction):
            self.function = function.with_options(engine="local", on_error="keep")
        else:
            self.function = function.with_options(engine="local", on_error="raise")

    def load(self) -> None:
        """Load the weights, in the form that batches need, and not in that of single calls."""
        self.function.batch([])

    def run(self, calls: Sequence[Any]) -> list[Any]:
        """The result of each call; a ``Failure`` for one that failed, which no other feels."""
        if isinstance(self.function, PlanFunction):
            return self.function.each(calls)
        results, errors = apply_batch(self.function.batch, [calls])
        for place, error in errors.items():
            cause = error.__cause__ or error
            results[place] = Failure(place, getattr(error, "operator", self.name), None, cause)
        return results

    def close(self) -> None:
        """Nothing: what is held here goes with the function."""


def runner_of(name: str, function: PlanFunction | GraphFunction) -> Runner:
    """Who carries out the batches of a function, by the engine that it was given."""
    here = Here(name, function)
    options = function.plan.options
    if options.engine == "local":
        return here
    from towhee.serve.ray_serving.on_cluster import OnCluster

    return OnCluster(here, options.cluster, options.num_worker or 1)
