"""The cache behind ``towhee embed --cache``: where it lies, and how much of a run it spared."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from towhee.pipelines import Pipeline


class CachedVectors:
    """A cache that one command uses.

    Args:
        folder: where it lies; ``None`` for the user's own.
        limit: the disk that it may take, such as ``"10GB"``; ``None`` for what is usual.

    Raises:
        UsageError: if the limit is no size.
        DataError: if the folder is none.
    """

    def __init__(self, folder: Path | None, limit: str | None) -> None:
        from towhee.cache.location import DEFAULT_LIMIT, bytes_of, cache_folder
        from towhee.cache.store import opened

        self.folder = cache_folder(folder)
        self._limit = bytes_of(DEFAULT_LIMIT if limit is None else limit)
        self._cache = opened(self.folder, self._limit)

    def used_by(self, embed: Pipeline) -> Pipeline:
        """The pipeline with this cache."""
        return embed.with_cache(self.folder, limit=self._limit)

    def found(self, embed: Pipeline) -> int:
        """How many vectors of the pipeline were found since this object was made."""
        return self._cache.hits[str(embed.plan.steps[-1].label)]

    def as_json(self, embed: Pipeline, rows: int) -> dict[str, Any]:
        """What was spared, as plain values; ``rows`` is how many vectors there are."""
        found = self.found(embed)
        return {"cache": self.folder, "embedded": rows - found, "from_cache": found}
