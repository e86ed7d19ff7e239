"""The models of a service, side by side, each with its lane; they can be unloaded and loaded."""

from __future__ import annotations

import gc
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from towhee.engine.operators import forget_models
from towhee.errors import UnknownNameError, UsageError
from towhee.serve.forming import BatchRules
from towhee.serve.lane import Lane, Watch
from towhee.serve.refusals import Refusal
from towhee.serve.served import Served

Make = Callable[[], Served]


@dataclass(slots=True)
class Model:
    """A model by its name, loaded or not.

    Attributes:
        name: by which clients ask for it.
        make: makes it when it is to be loaded.
        served: the pipeline; ``None`` while it is not loaded.
        lane: its queue; ``None`` while it is not loaded.
        changing: held while it is loaded or unloaded.
        created: when the service began to have it, in seconds since 1970.
    """

    name: str
    make: Make
    served: Served | None = None
    lane: Lane | None = None
    changing: threading.Lock = field(default_factory=threading.Lock)
    created: int = field(default_factory=lambda: int(time.time()))


class Models:
    """All models of a service.

    Args:
        rules: the bounds of the batches of each.
        watch: gives what is told of the batches of a model.
    """

    def __init__(self, rules: BatchRules, watch: Callable[[str], Watch]) -> None:
        self._rules = rules
        self._watch = watch
        self._models: dict[str, Model] = {}

    def add(self, name: str, make: Make) -> None:
        """Give a pipeline a name, and load it.

        Raises:
            UsageError: if the name is taken.
        """
        if name in self._models:
            raise UsageError(f"two pipelines are called {name!r}; give one another name")
        model = Model(name, make)
        self._load(model)
        self._models[name] = model

    def load(self, name: str) -> None:
        """Load a model again that was unloaded.

        Raises:
            Refusal: 404 if there is none of that name.
        """
        self._load(self._named(name))

    def unload(self, name: str) -> None:
        """Answer what waits for a model, and let go of it and its memory.

        Raises:
            Refusal: 404 if there is none of that name.
        """
        model = self._named(name)
        with model.changing:
            lane, served = model.lane, model.served
            model.lane = model.served = None
            if lane is not None:
                lane.close()
            if served is not None:
                served.runner.close()
            forget_models()  # those of other pipelines are kept by them
            del lane, served
            is_settled = gc.get_freeze_count() > 0
            gc.unfreeze()  # what this model leaves behind may be among it
            gc.collect()
            if is_settled:
                gc.freeze()

    def loaded(self, name: str) -> tuple[Served, Lane]:
        """A model that can be called.

        Raises:
            Refusal: 404 if there is none of that name, 503 if it is not loaded.
        """
        model = self._named(name)
        served, lane = model.served, model.lane
        if served is None or lane is None:
            raise Refusal(503, f"{name} is not loaded", kind="not_loaded", retry_after=5)
        return served, lane

    def close(self) -> None:
        """Answer what waits, and end all threads."""
        for model in self._models.values():
            if model.lane is not None:
                model.lane.close()
            if model.served is not None:
                model.served.runner.close()

    @property
    def are_alive(self) -> bool:
        """Whether the threads of all loaded models live."""
        return all(lane.is_alive for _, lane in self._lanes())

    @property
    def are_ready(self) -> bool:
        """Whether there is a model, and the threads of all loaded ones live."""
        return self.are_alive and any(True for _ in self._lanes())

    def queued(self) -> dict[str, int]:
        """The inputs that wait for each loaded model."""
        return {name: lane.queued for name, lane in self._lanes()}

    @property
    def by_name(self) -> Mapping[str, Model]:
        """All of them."""
        return self._models

    def _lanes(self) -> Iterator[tuple[str, Lane]]:
        for name, model in list(self._models.items()):
            if (lane := model.lane) is not None:
                yield name, lane

    def _load(self, model: Model) -> None:
        with model.changing:
            if model.lane is not None:
                return
            served = model.make()
            served.preload()
            runner = served.runner
            rules = replace(self._rules, runs=self._rules.runs * runner.replicas)
            lane = Lane(model.name, runner.run, rules, self._watch(model.name), served.look)
            model.served, model.lane = served, lane

    def _named(self, name: str) -> Model:
        model = self._models.get(name)
        if model is None:
            known = ", ".join(self._models)
            said = UnknownNameError("model", name[:100], self._models, f"(there is {known})")
            raise Refusal(404, str(said), param="model")
        return model
