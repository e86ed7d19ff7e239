"""The stores that the contract is held against, each real and in its persistent form."""

from __future__ import annotations

import importlib.util
import itertools
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from postgres_server import PostgresServer
from store_gallery import FIELDS, Gallery, NewStore, make_gallery
from towhee.search.stores import VectorStore, open_store
from towhee.search.stores.driver import Abilities
from towhee.search.stores.opening import driver_of
from towhee.search.stores.uri import StoreUri

_PACKAGES = {
    "faiss": ("faiss",),
    "lancedb": ("lancedb",),
    "milvus": ("pymilvus", "milvus_lite"),
    "qdrant": ("qdrant_client",),
    "pgvector": ("psycopg", "pgvector"),
}
_NUMBERS = itertools.count()


@pytest.fixture(scope="module", params=list(_PACKAGES))
def store_uri(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of a store of one kind, which the tests of a module share."""
    name: str = request.param
    if any(importlib.util.find_spec(package) is None for package in _PACKAGES[name]):
        pytest.skip(f"needs the extra {name}")
    if name == "pgvector":
        return _new_database(request.getfixturevalue("postgres_server"))
    folder = tmp_path_factory.mktemp(name)
    return f"milvus:///{folder}/photos.db" if name == "milvus" else f"{name}:///{folder}/store"


def _new_database(server: PostgresServer) -> str:
    import psycopg

    name = f"photos_{next(_NUMBERS)}"
    with psycopg.connect(server.uri, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return server.uri_for("postgres", server.password, name)


@pytest.fixture(scope="module")
def abilities(store_uri: str) -> Abilities:
    """What the store says that it can do."""
    return driver_of(StoreUri.parse(store_uri)).abilities


@pytest.fixture
def collection() -> str:
    """A name that no other test gives to a collection."""
    return f"photos_{next(_NUMBERS)}"


@pytest.fixture
def open_again(store_uri: str) -> Iterator[Callable[[str], VectorStore]]:
    """Opens a collection by its name, and closes it when the test ends."""
    opened: list[VectorStore] = []

    def opens(name: str) -> VectorStore:
        opened.append(open_store(store_uri, collection=name, patience=0))
        return opened[-1]

    yield opens
    for store in opened:
        store.close()


@pytest.fixture
def new_store(open_again: Callable[[str], VectorStore]) -> Iterator[NewStore]:
    """Makes a collection of its own; ``new_store(4, metric="L2")`` takes what ``create`` takes."""
    made: list[str] = []

    def makes(dimension: int, **described: Any) -> VectorStore:
        made.append(f"photos_{next(_NUMBERS)}")
        store = open_again(made[-1])
        store.create(dimension, **described)
        return store

    yield makes
    for name in made:  # an embedded store slows down as its collections grow in number
        open_again(name).drop()


@pytest.fixture(scope="module")
def gallery() -> Gallery:
    """600 rows of 16 numbers, with every type of payload."""
    return make_gallery()


@pytest.fixture(scope="module")
def filled(store_uri: str, gallery: Gallery) -> Iterator[Callable[[str], VectorStore]]:
    """The gallery in a collection for each metric; tests read these and change nothing."""
    stores: dict[str, VectorStore] = {}

    def fills(metric: str) -> VectorStore:
        if metric not in stores:
            store = open_store(store_uri, collection=f"gallery_{metric}", patience=0)
            store.create(gallery.vectors.shape[1], metric=metric, fields=FIELDS)
            store.upsert(gallery.keys, gallery.vectors, gallery.payload)
            stores[metric] = store
        return stores[metric]

    yield fills
    for store in stores.values():
        store.close()
