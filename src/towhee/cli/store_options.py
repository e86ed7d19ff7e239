"""The options of the commands that work on a store."""

from __future__ import annotations

from typing import Annotated

import typer

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
Collection = Annotated[str, typer.Option(help="The collection in the store.")]
DEFAULT_COLLECTION = "photos"
