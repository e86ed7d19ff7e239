"""How a plan is to be run: what does not change its result, only its way there."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field, fields, replace
from typing import Any, Literal, get_args

from towhee.errors import UsageError
from towhee.plan.cluster import Cluster

OnError = Literal["raise", "skip", "keep"]
Engine = Literal["local", "ray"]


@dataclass(frozen=True, slots=True)
class Options:
    """The options of a run.

    Attributes:
        engine: which engine runs the plan.
        cluster: where, on an engine with workers of its own.
        on_error: ``"raise"`` stops at the first failing row, ``"skip"`` drops it and counts it,
            ``"keep"`` lets the row carry a ``Failure``.
        num_worker: threads for reading, decoding and parallel functions; ``None`` for one a core.
            On a cluster, its workers; ``None`` for as many as it has room for.
        parallel_functions: whether plain functions run in those threads too.
        batch_size: rows a model takes at once; ``None`` to find it by measuring.
        memory_limit: bytes that prepared rows may hold while they wait for the next stage.
        cache: the folder in which results of models are kept for later runs; ``None`` for none.
        cache_limit: bytes of disk that it keeps within.
    """

    engine: Engine = "local"
    cluster: Cluster = field(default_factory=Cluster)
    on_error: OnError = "raise"
    num_worker: int | None = None
    parallel_functions: bool = False
    batch_size: int | None = None
    memory_limit: int = 256 * 2**20
    cache: str | None = None
    cache_limit: int = 10 * 10**9

    def __post_init__(self) -> None:
        if self.on_error not in get_args(OnError):
            raise UsageError(f'on_error is "raise", "skip" or "keep", not {self.on_error!r}')
        if self.engine not in get_args(Engine):
            raise UsageError(f'there is no engine {self.engine!r}; choose "local" or "ray"')
        if self.cache is not None and (not isinstance(self.cache, str) or not self.cache):
            raise UsageError(f"cache is the path of a folder, not {self.cache!r}")
        for name in ("num_worker", "batch_size", "memory_limit", "cache_limit"):
            value = getattr(self, name)
            is_whole = isinstance(value, int) and not isinstance(value, bool)
            if value is not None and (not is_whole or value < 1):
                raise UsageError(f"{name} is a whole number of at least 1, not {value!r}")

    def with_(self, **changes: Any) -> Options:
        """The same options with some changed; an unknown name is refused with the closest."""
        known = [item.name for item in fields(self)]
        for name in changes:
            if name not in known:
                close = difflib.get_close_matches(name, known, n=1)
                hint = f"; did you mean {close[0]!r}?" if close else f" (there are {known})"
                raise UsageError(f"no option is called {name!r}{hint}")
        return replace(self, **changes)
