"""The keys that a search has found, best first."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Any, TypeAlias

from towhee.errors import UsageError
from towhee.types import SearchResult

Ranking: TypeAlias = "Iterable[Hashable] | SearchResult"


def ranked_keys(ranking: Ranking, what: str) -> list[Any]:
    """The keys of a ranking, best first; one that comes again is counted where it came first.

    Args:
        ranking: keys, or what a search gave.
        what: what to call it in an error, such as ``"results, query 3"``.

    Raises:
        UsageError: for a text (a single key, most likely), or keys that cannot be compared.
    """
    keys = ranking.keys if isinstance(ranking, SearchResult) else ranking
    if isinstance(keys, str | bytes) or not isinstance(keys, Iterable):
        raise UsageError(
            f"{what}: a list of keys or a SearchResult is needed, not {type(keys).__name__}"
        )
    try:
        return list(dict.fromkeys(keys))
    except TypeError as error:
        raise UsageError(f"{what}: {error}; a key is a text or a number") from error
