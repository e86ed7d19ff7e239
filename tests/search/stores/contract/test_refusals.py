"""What cannot be is refused in clear words, and changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from store_gallery import NewStore, random_vectors
from towhee.errors import DataError, UnknownNameError, UsageError
from towhee.search.stores import Fingerprint, VectorStore
from towhee.search.stores.driver import Abilities
from towhee.search.stores.schema import INDEX_KINDS


@pytest.fixture(scope="module")
def three(store_uri: str) -> Any:
    """A collection of three rows under cosine, which no refused call changes."""
    from towhee.search.stores import open_store

    store = open_store(store_uri, collection="refusing", patience=0)
    store.create(4, metric="cosine", fields={"year": "integer"})
    store.upsert(["a", "b", "c"], random_vectors(3, 4), {"year": [1, 2, 3]})
    yield store
    store.close()


@pytest.fixture(autouse=True)
def _nothing_changes(three: VectorStore) -> Any:
    yield
    assert {row["key"]: row["year"] for row in three.rows()} == {"a": 1, "b": 2, "c": 3}


NAN = [float("nan"), 1, 1, 1]
Call = Callable[[VectorStore], Any]


@pytest.mark.parametrize(
    ("error", "match", "call"),
    [
        (UsageError, "5 numbers.*4", lambda s: s.upsert(["a", "d"], random_vectors(2, 5))),
        (UsageError, "5 numbers.*4", lambda s: s.search(random_vectors(1, 5))),
        (DataError, "row 1.*NaN", lambda s: s.upsert(["a", "d"], [[1, 1, 1, 1], NAN])),
        (DataError, "infinity", lambda s: s.upsert(["d"], [[np.inf, 0, 0, 0]])),
        (DataError, "NaN", lambda s: s.search([NAN])),
        (DataError, "row 1.*zero vector", lambda s: s.upsert(["a", "d"], [[1] * 4, [0] * 4])),
        (DataError, "zero vector", lambda s: s.search([[0, 0, 0, 0]])),
        (UsageError, "2 keys.*1 vec", lambda s: s.upsert(["a", "d"], random_vectors(1, 4))),
        (UsageError, "topk", lambda s: s.search(random_vectors(1, 4), topk=0)),
        (UnknownNameError, "'efx'", lambda s: s.search(random_vectors(1, 4), efx=3)),
        (UnknownNameError, "'yeer'.*'year'", lambda s: s.count("yeer > 1")),
        (UnknownNameError, "'yeer'.*'year'", lambda s: s.delete(filter="yeer > 1")),
        (UnknownNameError, "'yeer'", lambda s: s.search(random_vectors(1, 4), filter="yeer>1")),
        (UnknownNameError, "'yeer'", lambda s: s.search(random_vectors(1, 4), fields=["yeer"])),
        (UsageError, "filter, column", lambda s: s.delete(filter="year >")),
        (UsageError, "filter, column", lambda s: s.delete(filter="year == 'x'")),
        (UsageError, "keys= or filter=", lambda s: s.delete()),
        (UsageError, "no sparse", lambda s: s.upsert(["d"], [[1] * 4], sparse=[{1: 1.0}])),
        (UsageError, "no sparse", lambda s: s.sparse_search({1: 1.0})),
        (UsageError, "indexes no text", lambda s: s.text_search("a")),
        (DataError, "texts, not int", lambda s: s.upsert([1], [[1] * 4])),
        (UnknownNameError, "index", lambda s: s.set_index("magic")),
        (UnknownNameError, "parameter", lambda s: s.set_index("hnsw", mm=3)),
    ],
)
def test_a_call_that_cannot_be_is_refused(
    three: VectorStore, error: type[Exception], match: str, call: Call
) -> None:
    with pytest.raises(error, match=match):
        call(three)


@pytest.mark.parametrize("key", ["", "nul\0", "half \ud800", "x" * 2001, None, 1.5, b"bytes"])
def test_a_key_that_not_every_store_could_hold_is_refused(three: VectorStore, key: Any) -> None:
    with pytest.raises(DataError, match="key"):
        three.upsert(["a", key], random_vectors(2, 4))


def test_vectors_that_something_else_made_are_refused(new_store: NewStore) -> None:
    store = new_store(2, fingerprint=Fingerprint(model="resnet50", weights="4c1d"))
    store.require_fingerprint(Fingerprint(model="resnet50"))
    with pytest.raises(UsageError, match=r"weights 4c1d.*weights 99ab.*reindex"):
        store.require_fingerprint(Fingerprint(model="resnet50", weights="99ab"))


def test_an_index_that_the_store_does_not_have_is_refused_by_name(
    three: VectorStore, abilities: Abilities
) -> None:
    for kind in set(INDEX_KINDS) - set(abilities.indexes):
        with pytest.raises(UsageError, match=f"{three.driver.name} has no index '{kind}'"):
            three.set_index(kind)
    assert three.schema.index.kind == "flat"


def test_what_the_store_cannot_do_is_refused_by_name(
    open_again: Callable[[str], VectorStore], collection: str, abilities: Abilities
) -> None:
    store = open_again(collection)
    if not abilities.text:
        with pytest.raises(UsageError, match=f"{store.driver.name}.*text"):
            store.create(2, fields={"name": "string"}, text="name")
    if not abilities.sparse:
        with pytest.raises(UsageError, match=f"{store.driver.name}.*sparse"):
            store.create(2, sparse=True)
    with pytest.raises(UsageError, match="no column of strings"):
        store.create(2, fields={"n": "integer"}, text="n")
    with pytest.raises(UsageError, match="taken"):
        store.create(2, fields={"Vector": "string"})
    assert not store.exists


def test_zero_vectors_are_rows_like_others_where_they_have_a_distance(
    new_store: NewStore,
) -> None:
    store = new_store(2, metric="L2")
    store.upsert(["zero", "one"], [[0, 0], [1, 0]])
    (result,) = store.search([[0, 0]], topk=2)
    assert (result.keys, result.scores) == (["zero", "one"], [0.0, 1.0])
