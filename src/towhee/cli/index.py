"""``towhee index``: images into a store."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Annotated, Any

import typer

from towhee.cli.image_inputs import is_address
from towhee.cli.messages import Json, Verbose, counted, say, say_json
from towhee.cli.on_error import OnError
from towhee.cli.store_options import DEFAULT_COLLECTION, Collection, Store
from towhee.errors import DataError, TowheeError

if TYPE_CHECKING:
    from towhee.cli.embedding import LeftOut
    from towhee.pipelines import Pipeline
    from towhee.search.field_types import FieldType
    from towhee.search.stores import VectorStore

_PATHS_AT_ONCE = 500
_FIELDS: dict[str, FieldType] = {"modified": "time", "size": "integer"}


def index(
    paths: Annotated[
        list[str],
        typer.Argument(
            metavar="PATH...",
            help="Files, folders (the images in them), patterns, or http(s) addresses.",
            show_default=False,
        ),
    ],
    store: Store,
    collection: Collection = DEFAULT_COLLECTION,
    pipeline: Annotated[
        str | None,
        typer.Option(
            help="The pipeline; the one that filled the collection, or else image-embedding.",
            show_default=False,
        ),
    ] = None,
    metric: Annotated[
        str | None,
        typer.Option(
            help="cosine, L2 or IP, of a collection that is new; cosine if not given.",
            show_default=False,
        ),
    ] = None,
    index_kind: Annotated[
        str | None,
        typer.Option(
            "--index",
            help="flat (exact), hnsw, ivf_flat or ivf_pq, of a collection that is new; flat if not "
            "given.",
            show_default=False,
        ),
    ] = None,
    on_error: Annotated[
        OnError,
        typer.Option(
            help="An image that cannot be embedded is left out and listed (skip), or ends the run "
            "(raise). A store has no row for it, so keep does what skip does."
        ),
    ] = OnError.SKIP,
    batch_size: Annotated[
        int | None,
        typer.Option(min=1, help="Images that the model takes at once; measured if not given."),
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(min=1, help="Threads that read and decode; by the cores if not given."),
    ] = None,
    recursive: Annotated[
        bool, typer.Option(help="Take the images in the subfolders of a folder too.")
    ] = True,
    every: Annotated[
        bool,
        typer.Option("--all", help="Embed all images, also those that have not changed since."),
    ] = False,
    prune: Annotated[
        bool,
        typer.Option("--prune", help="Remove the rows of files that are no longer there."),
    ] = False,
    as_json: Json = False,
    verbose: Verbose = False,
) -> None:
    """Embed images and keep their vectors in a store, under their paths.

    Images that are there already and have not changed (by size and time of change) are passed
    over, so a run that was cut off goes on where it was, and a later one adds what is new.

    Examples:

    \b
      towhee index photos/ --store lancedb:///photos
      towhee index photos/ --store milvus:///photos.db --pipeline image-embedding-resnet50
      towhee index photos/ --store postgresql://me@localhost/photos --index hnsw
      towhee search --store lancedb:///photos query.jpg
    """
    from towhee.cli.embedding import SHOWN, LeftOut
    from towhee.search.stores import open_store

    left_out = LeftOut(limit=None if as_json else SHOWN)
    started = time.perf_counter()
    with open_store(store, collection) as opened:
        job = _Job(opened, left_out, is_whole=every, raises=on_error is OnError.RAISE)
        options = {"metric": metric, "index": index_kind}
        try:
            job.run(
                _pipeline(pipeline, opened, batch_size, workers),
                paths,
                recursive=recursive,
                options={name: value for name, value in options.items() if value is not None},
            )
        except TowheeError:
            left_out.say()
            raise
        removed = _prune(opened) if prune else 0
        rows = len(opened)
        shown = opened.uri
    seconds = time.perf_counter() - started
    left_out.say()
    if as_json:
        say_json(
            {
                "store": shown,
                "collection": collection,
                "written": job.written,
                "unchanged": job.unchanged,
                "removed": removed,
                "failed": left_out.count,
                "failures": left_out.as_json(),
                "rows": rows,
                "seconds": round(seconds, 3),
            }
        )
        return
    parts = [f"{job.written:,} written", f"{job.unchanged:,} unchanged"]
    parts += [f"{removed:,} removed"] if prune else []
    parts += [f"{left_out.count:,} left out"] if left_out.count else []
    say(f"{collection} in {shown}: {', '.join(parts)}, in {seconds:.1f} s; {counted(rows, 'row')}")


def _pipeline(
    name: str | None, store: VectorStore, batch_size: int | None, workers: int | None
) -> Pipeline:
    from towhee.cli.embedding import image_pipeline

    recorded = store.schema.fingerprint.pipeline if store.exists else None
    chosen = name or recorded or "image-embedding"
    return image_pipeline(chosen, batch_size=batch_size, workers=workers)


@dataclass(slots=True)
class _Job:
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
        if origin is not None:
            self.store.require_fingerprint(origin)
        with (
            image_progress(paths, recursive=recursive, what="indexing") as advance,
            StoreWriter(self.store, fields=_FIELDS, fingerprint=origin, options=options) as writer,
        ):
            passed = 0
            new = self._new(map(_key, inputs))
            for part in embedded(embed, new, self.left_out, raises=self.raises):
                stamps = [_stamp(path) for path in part.paths]
                payload: dict[str, list[Any]] = {
                    "modified": [modified for modified, _ in stamps],
                    "size": [size for _, size in stamps],
                }
                writer.add(part.paths, part.vectors, payload)
                advance(len(part.paths) + part.failed + self.unchanged - passed)
                passed = self.unchanged
        self.written = writer.written
        if not self.written and not self.unchanged:
            raise DataError(nothing_embedded(paths, self.left_out))

    def _new(self, keys: Iterable[str]) -> Iterator[str]:
        """The images that are not there, or not as they are now."""
        remaining = iter(keys)
        while some := list(islice(remaining, _PATHS_AT_ONCE)):
            sound = [key for key in some if _is_text(key)]
            there = [] if self.is_whole or not self.store.exists else self.store.fetch(sound)
            known = {row.key: (row.modified, row.size) for row in there if row is not None}
            for key in some:
                if key in known and known[key] == _stamp(key):
                    self.unchanged += 1
                else:
                    yield key


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


def _stamp(path: str) -> tuple[Any, int | None]:
    """When a file was changed, to the microsecond, and its size; nothing of an address."""
    from datetime import datetime, timezone

    if is_address(path):
        return None, None
    try:
        about = os.stat(path)
    except OSError:
        return None, None  # whoever reads it says why it cannot be read
    microseconds = about.st_mtime_ns // 1000
    whole = datetime.fromtimestamp(microseconds // 1_000_000, timezone.utc)
    return whole.replace(microsecond=microseconds % 1_000_000), about.st_size


def _prune(store: VectorStore) -> int:
    """Remove the rows of files that are no longer there; gives their number."""
    gone = [
        row.key for row in store.rows() if not is_address(row.key) and not os.path.exists(row.key)
    ]
    return store.delete(gone) if gone else 0
