"""A store has collections that are apart, and remembers what each holds."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from store_gallery import FIELDS, NewStore, random_vectors
from towhee.errors import UnknownNameError, UsageError
from towhee.search.stores import Fingerprint, IndexSpec, VectorStore, list_collections
from towhee.search.stores.driver import Abilities

OpenAgain = Callable[[str], VectorStore]


def test_what_a_collection_holds_is_remembered(new_store: NewStore, open_again: OpenAgain) -> None:
    store = new_store(
        7,
        metric="IP",
        key_type="integer",
        fields=FIELDS,
        fingerprint=Fingerprint(pipeline="image-embedding", model="resnet50", weights="4c1d"),
    )
    schema = store.schema
    store.close()
    assert open_again(store.collection).schema == schema
    assert schema.index == IndexSpec("flat")


def test_the_index_and_its_parameters_are_remembered(
    new_store: NewStore, open_again: OpenAgain, abilities: Abilities
) -> None:
    if "hnsw" not in abilities.indexes:
        pytest.skip("the store has no hnsw index")
    store = new_store(4, metric="L2")
    store.upsert(["a", "b"], random_vectors(2, 4))
    spec = store.set_index("hnsw", m=8, ef_construction=50, ef=70)
    store.close()
    again = open_again(store.collection)
    assert again.schema.index == spec == IndexSpec.of("hnsw", m=8, ef_construction=50, ef=70)
    assert again.count() == 2


def test_collections_of_a_store_are_apart(new_store: NewStore) -> None:
    one = new_store(2, metric="L2", fields={"year": "integer"})
    two = new_store(3, metric="IP", fields={"year": "string"})
    one.upsert(["a", "b"], random_vectors(2, 2), {"year": [1, 2]})
    two.upsert(["a"], random_vectors(1, 3), {"year": ["x"]})
    assert (one.count(), two.count()) == (2, 1)
    one.delete(["a"])
    assert [row["year"] for row in two.rows()] == ["x"]
    assert {one.collection, two.collection} <= set(one.collections())
    one.drop()
    assert one.collection not in two.collections()
    assert two.search(random_vectors(1, 3), topk=5)[0].keys == ["a"]


def test_collections_are_listed_by_name(new_store: NewStore, store_uri: str) -> None:
    names = [new_store(2).collection for _ in range(3)]
    listed = list_collections(store_uri)
    assert listed == sorted(listed)
    assert set(names) <= set(listed)


def test_a_collection_that_is_dropped_is_gone_and_can_be_made_again(
    new_store: NewStore, open_again: OpenAgain
) -> None:
    store = new_store(2, metric="L2", fields={"year": "integer"})
    store.upsert(["a"], [[1, 2]], {"year": [1]})
    store.drop()
    assert not store.exists
    assert not open_again(store.collection).exists
    store.drop()
    store.create(3, metric="IP", fields={"name": "string"})
    assert store.count() == 0
    store.upsert(["b"], [[1, 2, 3]], {"name": ["x"]})
    assert [row["key"] for row in store.rows()] == ["b"]


def test_a_collection_is_not_made_twice(new_store: NewStore, open_again: OpenAgain) -> None:
    store = new_store(2, metric="L2")
    store.upsert(["a"], [[1, 2]])
    for again in (store, open_again(store.collection)):
        with pytest.raises(UsageError, match="already"):
            again.create(2)
    assert store.count() == 1


def test_a_collection_that_is_not_there_is_named_with_those_that_are(
    new_store: NewStore, open_again: OpenAgain
) -> None:
    there = new_store(2).collection
    absent = open_again("photos_nowhere")
    for call in (
        lambda: absent.search([[1, 2]]),
        lambda: absent.count(),
        lambda: absent.delete(["a"]),
        lambda: list(absent.rows()),
        lambda: absent.fetch(["a"]),
    ):
        with pytest.raises(UnknownNameError, match=f"photos_nowhere.*{there}"):
            call()
    assert not absent.exists
    assert absent.existing(["a"]) == set()


@pytest.mark.parametrize(
    "name", ["", "a b", "a;drop table x", 'a"b', "../up", "1st", "a" * 64, "naïve", "a\0"]
)
def test_a_name_that_not_every_store_could_take_is_refused(
    open_again: OpenAgain, name: str
) -> None:
    with pytest.raises(UsageError, match="letters, digits and underscores"):
        open_again(name)


@pytest.mark.parametrize("name", ["select", "vector_", "_id", "id", "metadata", "payload", "rowid"])
def test_columns_may_have_names_that_mean_something_to_stores(
    new_store: NewStore, name: str
) -> None:
    store = new_store(2, metric="L2", fields={name: "string"})
    store.upsert(["a", "b"], random_vectors(2, 2), {name: ["x", None]})
    assert {row["key"]: row[name] for row in store.rows()} == {"a": "x", "b": None}
    assert store.count(f'{name} == "x"') == 1
