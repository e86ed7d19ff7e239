"""``towhee index``: images into a store."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated

import typer

from towhee.cli.messages import Json, Verbose, counted, say, say_json
from towhee.cli.on_error import OnError
from towhee.cli.store_options import Collection, Store, opened
from towhee.errors import TowheeError

if TYPE_CHECKING:
    from towhee.pipelines import Pipeline
    from towhee.search.stores import VectorStore


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
    collection: Collection = None,
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
        typer.Option(
            "--prune", help="Remove the rows of files within PATH... that are no longer there."
        ),
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
    from towhee.cli.indexing import Indexing, prune_rows

    left_out = LeftOut(limit=None if as_json else SHOWN)
    started = time.perf_counter()
    with opened(store, collection, must_exist=False) as held:
        job = Indexing(held, left_out, is_whole=every, raises=on_error is OnError.RAISE)
        options = {"metric": metric, "index": index_kind}
        try:
            job.run(
                _pipeline(pipeline, held, batch_size, workers),
                paths,
                recursive=recursive,
                options={name: value for name, value in options.items() if value is not None},
            )
        except TowheeError:
            left_out.say()
            raise
        removed = prune_rows(held, paths) if prune else 0
        rows, shown, name = len(held), held.uri, held.collection
    seconds = time.perf_counter() - started
    left_out.say()
    if as_json:
        say_json(
            {
                "store": shown,
                "collection": name,
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
    say(f"{name} in {shown}: {', '.join(parts)}, in {seconds:.1f} s; {counted(rows, 'row')}")


def _pipeline(
    name: str | None, store: VectorStore, batch_size: int | None, workers: int | None
) -> Pipeline:
    from towhee.cli.embedding import image_pipeline

    recorded = store.schema.fingerprint.pipeline if store.exists else None
    chosen = name or recorded or "image-embedding"
    return image_pipeline(chosen, batch_size=batch_size, workers=workers)
