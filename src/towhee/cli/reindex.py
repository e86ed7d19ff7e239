"""``towhee reindex``: a collection once more, with another pipeline."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Annotated

import typer

from towhee.cli.messages import Json, Verbose, counted, say, say_json
from towhee.cli.row_progress import row_progress
from towhee.cli.store_options import Collection, Store, opened
from towhee.errors import DataError, UsageError

if TYPE_CHECKING:
    from towhee.cli.embedding import LeftOut
    from towhee.pipelines import Pipeline
    from towhee.search.stores import VectorStore

_ROWS_AT_ONCE = 500


def reindex(
    store: Store,
    pipeline: Annotated[
        str, typer.Option(help="The pipeline that embeds them anew.", show_default=False)
    ],
    into: Annotated[
        str, typer.Option(help="The collection to write to, a new one.", show_default=False)
    ],
    collection: Collection = None,
    drop_old: Annotated[
        bool,
        typer.Option(
            "--drop-old", help="Remove the old collection once every row of it is in the new one."
        ),
    ] = False,
    as_json: Json = False,
    verbose: Verbose = False,
) -> None:
    """Embed the images of a collection once more, with another pipeline, into a new collection.

    The rows keep their keys and their payload. The old collection can be searched meanwhile. Rows
    that are in the new one are passed over, so a run that was cut off goes on where it was.

    Example:

    \b
      towhee reindex --store lancedb:///photos --pipeline image-embedding-resnet50 --into photos2
    """
    from towhee.cli.embedding import SHOWN, LeftOut, image_pipeline
    from towhee.search.stores import open_store

    left_out = LeftOut(limit=None if as_json else SHOWN)
    with opened(store, collection) as old, open_store(store, into) as new:
        if into == old.collection:
            raise UsageError("--into names another collection than the one that is there")
        written = _embedded_anew(old, new, image_pipeline(pipeline), left_out)
        rows, shown = len(new), new.uri
        if drop_old:
            missing = _missing(old, new)
            if missing:
                left_out.say()
                raise DataError(
                    f"{counted(missing, 'row')} of {old.collection!r} could not be embedded, so "
                    "it stays"
                )
            old.drop()
    left_out.say()
    if as_json:
        say_json(
            {
                "store": shown,
                "collection": into,
                "written": written,
                "rows": rows,
                "failed": left_out.count,
                "failures": left_out.as_json(),
            }
        )
    else:
        say(f"{into} in {shown}: {counted(written, 'row')} embedded, {rows:,} there")
    if left_out.count:
        raise typer.Exit(1)


def _missing(old: VectorStore, new: VectorStore) -> int:
    """How many rows of one collection another has no row for."""
    keys = (row.key for row in old.rows())
    missing = 0
    while some := list(islice(keys, _ROWS_AT_ONCE)):
        missing += len(some) - len(new.existing(some))
    return missing


def _embedded_anew(old: VectorStore, new: VectorStore, embed: Pipeline, left_out: LeftOut) -> int:
    from towhee.cli.embedding import embedded
    from towhee.functional.origin import origin_of
    from towhee.search.stores.writer import StoreWriter

    schema = old.schema
    if schema.multi or schema.key_type != "string":
        raise UsageError(
            f"{old.collection!r} holds no images by their paths; write it anew with to_store"
        )
    origin = origin_of(embed.plan, embed.spec.name)
    payloads: dict[str, dict[str, object]] = {}

    def keys_to_do() -> Iterator[str]:
        some: list[str] = []
        for row in old.rows():
            some.append(row.key)
            payloads[row.key] = {name: row[name] for name in schema.fields}
            if len(some) == _ROWS_AT_ONCE:
                yield from without_known(some)
                some = []
        yield from without_known(some)

    def without_known(some: list[str]) -> list[str]:
        known = new.existing(some)
        for key in known:
            del payloads[key]
        advance(len(known))
        return [key for key in some if key not in known]

    options = {"metric": schema.metric, "text": schema.text}
    with (
        row_progress("embedding", old.count()) as advance,
        StoreWriter(new, fields=schema.fields, fingerprint=origin, options=options) as writer,
    ):
        for part in embedded(embed, keys_to_do(), left_out):
            rows = [payloads.pop(path) for path in part.paths]
            columns = {name: [row[name] for row in rows] for name in schema.fields}
            writer.add(part.paths, part.vectors, columns)
            advance(len(part.paths) + part.failed)
    return writer.written
