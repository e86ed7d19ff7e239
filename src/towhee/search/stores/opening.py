"""``open_store``: from an address to a store."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from towhee.errors import (
    MissingFileError,
    StoreError,
    TowheeError,
    UnknownNameError,
    UsageError,
    one_line,
)
from towhee.search.stores.driver import Driver
from towhee.search.stores.schema import require_name
from towhee.search.stores.store import VectorStore
from towhee.search.stores.uri import StoreUri

_DRIVERS = {
    "faiss": "faiss.driver:FaissDriver",
    "lancedb": "lancedb.driver:LanceDBDriver",
    "milvus": "milvus.driver:MilvusDriver",
    "qdrant": "qdrant.driver:QdrantDriver",
    "postgresql": "pgvector.driver:PgvectorDriver",
    "postgres": "pgvector.driver:PgvectorDriver",
    "pgvector": "pgvector.driver:PgvectorDriver",
}
STORES = ("faiss", "lancedb", "milvus", "qdrant", "postgresql")
"""The kinds of stores, as their addresses begin."""

PATIENCE = 60.0
"""Seconds that a call waits for a store which does not answer."""


DEFAULT_COLLECTION = "vectors"


def open_store(
    uri: str,
    collection: str = DEFAULT_COLLECTION,
    *,
    patience: float = PATIENCE,
    must_exist: bool = False,
    **options: Any,
) -> VectorStore:
    """A collection of vectors in a store.

    ========================================  =====================================================
    ``faiss:///folder``                       files: FAISS for the vectors, SQLite for the rest
    ``lancedb:///folder``                     LanceDB, embedded
    ``milvus:///photos.db``                   Milvus Lite, embedded
    ``milvus://host:19530``                   Milvus: a server, a cluster, Zilliz (``milvus+https``)
    ``qdrant:///folder``                      Qdrant, embedded
    ``qdrant://host:6333``                    a server of Qdrant (``qdrant+https``)
    ``postgresql://user:password@host/name``  PostgreSQL with pgvector
    ========================================  =====================================================

    Three slashes lead to a path from the working folder, four to an absolute one.

    Args:
        uri: where the store is.
        collection: its name; it need not be there yet.
        patience: the seconds that each call waits for a store which does not answer, trying
            again and again. The store has to answer when it is opened.
        must_exist: refuse an embedded store that is not there, in place of making it.
        options: of the store's client, such as ``token=``, ``consistency=``.

    Raises:
        UsageError: for an address or a name that cannot be.
        MissingExtraError: if the store's client is not installed.
        StoreUnavailableError: if nothing answers there.
        MissingFileError: if it ``must_exist`` and does not.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder, open_store(f"faiss:///{folder}") as store:
        ...     store.upsert(["a", "b"], [[1.0, 0.0], [0.0, 1.0]], {"year": [1999, 2024]})
        ...     store.search([[1.0, 0.2]], topk=1, filter="year > 2000")[0].keys
        ['b']
    """
    require_name("a collection", collection)
    if isinstance(patience, bool) or not isinstance(patience, (int, float)) or not patience >= 0:
        raise UsageError(f"patience is a number of seconds, not {patience!r}")
    driver, address = _connected(uri, options, must_exist=must_exist)
    try:
        return VectorStore(driver, address, collection, patience=patience)
    except BaseException:
        driver.close()
        raise


def _connected(
    uri: str, options: Mapping[str, Any], *, must_exist: bool
) -> tuple[Driver, StoreUri]:
    """A connection to a store, and the parts of its address."""
    address = StoreUri.parse(uri)
    kind = driver_of(address)
    known = kind.abilities.options
    for name in options:
        if name not in known:
            raise UnknownNameError(
                f"option of {kind.name}", name, known, f"(it has {', '.join(known) or 'none'})"
            )
    if must_exist:
        require_store(uri)
    try:
        return kind.connect(address, options), address
    except OSError as error:  # of a path that the system refuses
        if isinstance(error, TowheeError):
            raise
        raise StoreError(f"{address} cannot be opened: {one_line(error)}") from error


def is_there(uri: str) -> bool:
    """Whether it is a server, or an embedded store that is there; opening any other makes it."""
    path = StoreUri.parse(uri).path
    return path is None or path.exists()


def require_store(uri: str) -> None:
    """Refuse an embedded store that is not there.

    Raises:
        MissingFileError: which says where was looked.
    """
    address = StoreUri.parse(uri)
    path = address.path
    if path is None or path.exists():
        return
    said = f"there is no store at {path}"
    absolute = Path("/", path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else path
    if absolute != path and absolute.exists():
        said += f"; four slashes lead to an absolute path: {address.scheme}:///{absolute}"
    raise MissingFileError(said)


def list_collections(uri: str, **options: Any) -> list[str]:
    """The names of the collections of a store that towhee made, sorted.

    Raises:
        UsageError: for an address that cannot be.
        StoreUnavailableError: if nothing answers there.
    """
    driver, _ = _connected(uri, options, must_exist=True)
    try:
        return driver.collections()
    finally:
        driver.close()


def driver_of(uri: StoreUri) -> type[Driver]:
    """The driver for an address; its module is imported here.

    Raises:
        UnknownNameError: for a kind of store that there is not.
    """
    if uri.kind not in _DRIVERS:
        raise UnknownNameError("store", uri.kind, _DRIVERS, f"(there are {', '.join(STORES)})")
    module, _, name = _DRIVERS[uri.kind].partition(":")
    found: type[Driver] = getattr(
        importlib.import_module(f"towhee.search.stores.drivers.{module}"), name
    )
    return found
