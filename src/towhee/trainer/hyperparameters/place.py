"""Where the trainings of a search run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from towhee.operators.base import OperatorRef
from towhee.trainer.data import TrainingData
from towhee.trainer.hyperparameters.search import Begun, Search, Told
from towhee.trainer.hyperparameters.searched import Searched, searched
from towhee.trainer.hyperparameters.trial import Trial
from towhee.trainer.hyperparameters.trying import tried
from towhee.trainer.training_config import TrainingConfig


class Place(Protocol):
    """What runs the trainings of a search."""

    def searched(
        self,
        ref: OperatorRef,
        config: TrainingConfig,
        data: TrainingData,
        space: Mapping[str, Any] | None,
    ) -> Searched:
        """What is tried, which depends on whether there is a GPU; see ``searched.py``."""
        ...

    def carry_out(self, search: Search, trials: int, told: Told) -> None:
        """Begin and end trials until the search gives no more.

        Args:
            search: gives what is tried, and is told what came of it.
            trials: how many there are to be.
            told: is told what is done next.
        """
        ...


class Here:
    """This process, in which trainings run one after another."""

    def searched(
        self,
        ref: OperatorRef,
        config: TrainingConfig,
        data: TrainingData,
        space: Mapping[str, Any] | None,
    ) -> Searched:
        """What is tried with what this machine has."""
        return searched(ref, config, data, space)

    def carry_out(self, search: Search, trials: int, told: Told) -> None:
        """Try until the search gives no more."""
        while (begun := search.begin(trials, told)) is not None:
            search.end(_tried(search, begun), trials)


def _tried(search: Search, begun: Begun) -> Trial:
    return tried(
        search.what,
        begun.number,
        begun.asked,
        begun.settings,
        search.folder.of(begun.number),
        ends_at=search.ends_at,
        is_shown=lambda result: search.is_best(begun.number, result.metrics[result.metric]),
    )
