"""Keep in a cache what was computed."""

from __future__ import annotations

import logging

from towhee.cache.encoding import encoded
from towhee.cache.store import opened
from towhee.engine.cache.found import Miss
from towhee.engine.chunk import Chunk
from towhee.plan.cache_step import Store
from towhee.plan.step import VALUE

logger = logging.getLogger(__name__)


class Keeper:
    """Keeps the results of rows that were not found, those of failed rows aside."""

    def __init__(self, step: Store) -> None:
        self._step = step
        self._cache = opened(step.folder, step.limit)
        self._warned = False

    def __call__(self, chunk: Chunk) -> Chunk:
        """The chunk without what was looked up for it."""
        names = self._step.outputs or (VALUE,)
        columns = [chunk.columns[name] for name in names]
        results = []
        for place, looked_up in enumerate(chunk.lookups[self._step.name]):
            if type(looked_up) is not Miss or place in chunk.failures:
                continue
            values = tuple(column[place] for column in columns)
            value = values[0] if len(values) == 1 else values
            content = encoded(value)
            if content is None:
                self._warn(value)
            else:
                results.append((looked_up.key, content))
        if results:
            self._cache.put(results)
        lookups = {name: found for name, found in chunk.lookups.items() if name != self._step.name}
        return chunk.with_lookups(lookups)

    def _warn(self, value: object) -> None:
        if not self._warned:
            self._warned = True
            logger.warning(
                "results are not cached: a %s cannot be given back exactly; arrays, texts, "
                "numbers, and lists, tuples and dicts of them can",
                type(value).__name__,
            )
