"""``towhee stores``: what a store holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from towhee.cli.messages import Json, Verbose, counted, say, say_json, say_table

if TYPE_CHECKING:
    from towhee.search.stores import VectorStore


def stores(
    uri: Annotated[str, typer.Argument(metavar="URI", help="The store.", show_default=False)],
    drop: Annotated[
        str | None,
        typer.Option(
            "--drop", metavar="COLLECTION", help="Remove a collection.", show_default=False
        ),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Remove it without asking.")] = False,
    as_json: Json = False,
    verbose: Verbose = False,
) -> None:
    """List the collections of a store: rows, vectors, columns, index, and what made them.

    Examples:

    \b
      towhee stores lancedb:///photos
      towhee stores lancedb:///photos --drop vectors
    """
    from towhee.search.stores import list_collections, open_store

    if drop is not None:
        with open_store(uri, drop, must_exist=True) as store:
            rows = store.count()
            if not yes:
                typer.confirm(f"Remove {drop} with {counted(rows, 'row')}?", abort=True, err=True)
            store.drop()
        if as_json:
            say_json({"removed": drop, "rows": rows})
        else:
            say(f"removed {drop}: {counted(rows, 'row')}")
        return
    found = []
    for name in list_collections(uri):
        with open_store(uri, name, must_exist=True) as store:
            found.append(_about(store))
    if as_json:
        say_json(found)
        return
    header = ("collection", "rows", "numbers", "metric", "index", "columns", "made by")
    rows_shown = [
        (
            each["collection"],
            f"{each['rows']:,}",
            each["dimension"],
            each["metric"],
            each["index"],
            ", ".join(f"{name} ({kind})" for name, kind in each["columns"].items()),
            each["made_by"].get("pipeline") or each["made_by"].get("operators"),
        )
        for each in found
    ]
    if rows_shown:
        say_table(header, rows_shown)
    else:
        say("no collections")


def _about(store: VectorStore) -> dict[str, Any]:
    schema = store.schema
    return {
        "collection": store.collection,
        "rows": store.count(),
        "dimension": schema.dimension,
        "metric": schema.metric,
        "index": schema.index.kind,
        "columns": dict(schema.fields),
        "made_by": schema.fingerprint.as_json(),
    }
