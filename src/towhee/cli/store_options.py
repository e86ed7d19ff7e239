"""The options of the commands that work on a store."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from towhee.search.stores import VectorStore

Store = Annotated[
    str,
    typer.Option(
        "--store",
        metavar="URI",
        help="The store: faiss:///folder, lancedb:///folder, milvus:///file.db, "
        "qdrant://host:6333, postgresql://user@host/name, …",
        show_default=False,
    ),
]
Collection = Annotated[
    str | None,
    typer.Option(
        help="The collection in the store; the only one there is, or else vectors, if not given.",
        show_default=False,
    ),
]


def opened(uri: str, collection: str | None, *, must_exist: bool = True) -> VectorStore:
    """The collection of a store that is meant.

    Args:
        uri: of the store.
        collection: its name; ``None`` for the only one of the store.
        must_exist: whether an embedded store is refused that is not there.
    """
    from towhee.search.stores import DEFAULT_COLLECTION, list_collections, open_store
    from towhee.search.stores.opening import is_there

    if collection is None:
        there = list_collections(uri) if must_exist or is_there(uri) else []
        collection = there[0] if len(there) == 1 else DEFAULT_COLLECTION
    return open_store(uri, collection, must_exist=must_exist)
