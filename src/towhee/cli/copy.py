"""``towhee copy``: a collection from one store to another."""

from __future__ import annotations

from typing import Annotated

import typer

from towhee.cli.messages import Json, Verbose, counted, say, say_json
from towhee.cli.row_progress import row_progress
from towhee.cli.store_options import Collection, opened


def copy(
    source: Annotated[
        str, typer.Argument(metavar="SRC", help="The store to copy from.", show_default=False)
    ],
    target: Annotated[
        str, typer.Argument(metavar="DST", help="The store to copy to.", show_default=False)
    ],
    collection: Collection = None,
    into: Annotated[
        str | None,
        typer.Option(
            "--as", help="What to call the copy; the same if not given.", show_default=False
        ),
    ] = None,
    index_kind: Annotated[
        str | None,
        typer.Option(
            "--index",
            help="The index of the copy: flat, hnsw, ivf_flat or ivf_pq; the source's if the store "
            "has it, else flat.",
            show_default=False,
        ),
    ] = None,
    as_json: Json = False,
    verbose: Verbose = False,
) -> None:
    """Copy a collection to another store; nothing is embedded again.

    Rows that are there already are passed over, so a copy that was cut off goes on where it was.

    Examples:

    \b
      towhee copy lancedb:///photos postgresql://me@localhost/photos
      towhee copy milvus:///photos.db milvus://cluster:19530 --collection photos --index hnsw
    """
    from towhee.search.stores import copy_collection, open_store

    with opened(source, collection) as old, open_store(target, into or old.collection) as new:
        with row_progress("copying", old.count()) as advance:
            written = copy_collection(old, new, index=index_kind, told=advance)
        rows, shown, name, kind = new.count(), new.uri, new.collection, new.schema.index.kind
    if as_json:
        say_json({"store": shown, "collection": name, "written": written, "rows": rows})
    else:
        say(f"{name} in {shown}: {counted(written, 'row')} copied, {rows:,} there, index {kind}")
