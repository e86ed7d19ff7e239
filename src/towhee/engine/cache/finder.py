"""Look for results in a cache, and read what they are known by."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from towhee.cache.content import content_digest, digest_of_all
from towhee.cache.encoding import decoded
from towhee.cache.stamp import FileStamp, stamp_of
from towhee.cache.store import opened
from towhee.engine.cache.found import Hit, LookedUp, Miss, Read
from towhee.engine.cache.keys import result_key, way_digest
from towhee.engine.chunk import MISSING, Chunk, Column
from towhee.engine.operators import Operators
from towhee.fetch import is_url
from towhee.operators.base import Operator
from towhee.plan.cache_step import Lookup


class Finder:
    """Looks up the results of models for the rows of chunks; from several threads at once.

    A file whose stamp is known is not read; any other input is read once, and handed on to the
    operator that would read it.
    """

    def __init__(self, step: Lookup, operators: Operators) -> None:
        self._step = step
        self._cache = opened(step.folder, step.limit)
        first = operators.get(step.results[0].operators[0])
        alone = step.inputs is None or len(step.inputs) == 1
        self._reader = first if alone and isinstance(first, Operator) else None
        self._ways = [way_digest(keyed, operators) for keyed in step.results]
        self._nothing: list[LookedUp] = [None for _ in step.results]

    def __call__(self, chunk: Chunk) -> Chunk:
        """The chunk with what was found, and what was read to look for it."""
        rows = [
            (None, self._nothing) if place in chunk.failures else self._row(values)
            for place, values in enumerate(zip(*self._inputs(chunk), strict=True))
        ]
        lookups: dict[str, Column] = dict(chunk.lookups)
        lookups[self._step.name] = [read for read, _ in rows]
        for number, keyed in enumerate(self._step.results):
            looked_up = [found[number] for _, found in rows]
            lookups[keyed.name] = looked_up
            hits = sum(type(one) is Hit for one in looked_up)
            self._cache.count_hits(str(keyed.operators[-1]), hits)
        return chunk.with_lookups(lookups)

    def _inputs(self, chunk: Chunk) -> list[Column]:
        if self._step.inputs is None:
            return [chunk.elements()]
        return [chunk.column(name) for name in self._step.inputs]

    def _row(self, values: Sequence[Any]) -> tuple[Read | None, list[LookedUp]]:
        """What was read of a row, if anything was, and what was found for it."""
        if any(value is MISSING for value in values):
            return None, self._nothing
        path = self._path(values[0])
        stamp = None if path is None else stamp_of(path)
        if stamp is not None:
            known = self._cache.digest_of(stamp)
            found = self._nothing if known is None else self._found(known)
            if all(type(one) is Hit for one in found):
                return None, found
        read = None
        if self._reader is not None:
            try:
                read = Read(self._reader.content(values[0]))
            except Exception as error:  # noqa: BLE001 (raised again where the operator is called)
                return Read(error=error), self._nothing
            values = [read.content]
        digest = digest_of_all([content_digest(value) for value in values])
        if digest is None:
            return read, self._nothing
        if path is not None and stamp is not None:
            self._note(path, stamp, digest)
        return read, self._found(digest)

    def _path(self, value: Any) -> str | os.PathLike[str] | None:
        """The path of a file, where the operator reads files and the value names one."""
        if self._reader is None or not self._reader.reads_files:
            return None
        if isinstance(value, str):
            return None if is_url(value) else value
        return value if isinstance(value, os.PathLike) else None

    def _note(self, path: str | os.PathLike[str], stamp: FileStamp, digest: bytes) -> None:
        """Note the digest of a file that did not change while it was read."""
        after = stamp_of(path)
        if after is not None and after.state == stamp.state:
            self._cache.note_digest(stamp, digest)

    def _found(self, content: bytes) -> list[LookedUp]:
        """The results for a content."""
        return [self._one(way, content) for way in self._ways]

    def _one(self, way: bytes | None, content: bytes) -> LookedUp:
        if way is None:
            return None
        key = result_key(way, content)
        kept = self._cache.get(key)
        if kept is None:
            return Miss(key)
        try:
            return Hit(decoded(kept))
        except ValueError:  # it was written by another form of this program
            return Miss(key)
