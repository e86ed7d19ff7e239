"""Images into a collection: what is new or has changed, and nothing else."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from itertools import islice
from typing import TYPE_CHECKING, Any

from towhee.cli.image_inputs import is_address
from towhee.errors import DataError

if TYPE_CHECKING:
    from towhee.cli.embedding import LeftOut
    from towhee.pipelines import Pipeline
    from towhee.search.field_types import FieldType
    from towhee.search.stores import VectorStore

_PATHS_AT_ONCE = 500
_FIELDS: dict[str, FieldType] = {"modified": "time", "size": "integer"}


@dataclass(slots=True)
class Indexing:
    """Images into a collection.

    Attributes:
        store: the collection.
        left_out: is told the images that cannot be embedded.
        is_whole: whether images that have not changed are embedded too.
        raises: whether the first image that cannot be embedded ends the run.
        unchanged: the number of images that were passed over.
        written: the number of rows written.
    """

    store: VectorStore
    left_out: LeftOut
    is_whole: bool
    raises: bool
    unchanged: int = 0
    written: int = 0
    _stamps: dict[str, dict[str, Any]] = field(default_factory=dict)

    def run(
        self, embed: Pipeline, paths: list[str], *, recursive: bool, options: dict[str, str]
    ) -> None:
        """Embed what is new or has changed, and write it as it comes.

        Raises:
            DataError: if there is no image at all, or one fails and that is to end the run.
        """
        from towhee.cli.embedding import embedded, nothing_embedded, unreadable_folders
        from towhee.cli.image_inputs import ImageInputs
        from towhee.cli.image_progress import image_progress
        from towhee.functional.origin import origin_of
        from towhee.search.stores.writer import StoreWriter

        inputs = ImageInputs(
            paths,
            recursive=recursive,
            on_unreadable=unreadable_folders(self.left_out, self.raises),
        )
        origin = origin_of(embed.plan, embed.spec.name)
        with (
            image_progress(paths, recursive=recursive, what="indexing") as advance,
            StoreWriter(self.store, fields=_FIELDS, fingerprint=origin, options=options) as writer,
        ):
            passed, columns = 0, self._columns()
            new = self._new(map(_key, inputs))
            for part in embedded(embed, new, self.left_out, raises=self.raises):
                stamps = [self._stamps.pop(path) for path in part.paths]
                payload = {name: [stamp[name] for stamp in stamps] for name in columns}
                writer.add(part.paths, part.vectors, payload)
                advance(len(part.paths) + part.failed + self.unchanged - passed)
                passed = self.unchanged
        self.written = writer.written
        if not self.written and not self.unchanged:
            raise DataError(nothing_embedded(paths, self.left_out))

    def _new(self, keys: Iterable[str]) -> Iterator[str]:
        """The images that are not there, or not as they are now."""
        remaining, columns = iter(keys), self._columns()
        while some := list(islice(remaining, _PATHS_AT_ONCE)):
            sound = [key for key in some if _is_text(key)]
            there = [] if self.is_whole or not self.store.exists else self.store.fetch(sound)
            known = {row.key: row for row in there if row is not None}
            for key in some:
                row, now = known.get(key), _stamp(key)
                stamp = {name: now[name] for name in columns}
                if row is not None and stamp.items() <= row.items():
                    self.unchanged += 1
                else:
                    self._stamps[key] = stamp  # as it is before it is read
                    yield key

    def _columns(self) -> list[str]:
        """The columns that tell whether a file has changed, as far as the collection has them."""
        has = self.store.schema.fields if self.store.exists else _FIELDS
        return [name for name, kind in _FIELDS.items() if has.get(name) == kind]


def _key(path: str) -> str:
    """What a row is called: an address as it is, a file by its absolute path."""
    return path if is_address(path) else os.path.abspath(path)


def _is_text(path: str) -> bool:
    """Whether its bytes are a text; others are left out, with the reason, where they are read."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True


def _stamp(path: str) -> dict[str, Any]:
    """When a file was changed, to the microsecond, and its size; nothing of an address."""
    if is_address(path):
        return dict.fromkeys(_FIELDS)
    try:
        about = os.stat(path)
    except OSError:
        return dict.fromkeys(_FIELDS)  # whoever reads it says why it cannot be read
    seconds, rest = divmod(about.st_mtime_ns // 1000, 1_000_000)
    modified = datetime.fromtimestamp(seconds, timezone.utc).replace(microsecond=rest)
    return {"modified": modified, "size": about.st_size}


def prune_rows(store: VectorStore, paths: Sequence[str]) -> int:
    """Remove the rows of files within some paths that are no longer there; gives their number."""
    roots = [os.path.abspath(path) for path in paths if not is_address(path)]
    within = tuple(os.path.join(root, "") for root in roots)
    gone = [
        row.key
        for row in store.rows()
        if (row.key in roots or row.key.startswith(within)) and not os.path.exists(row.key)
    ]
    return store.delete(gone) if gone else 0
