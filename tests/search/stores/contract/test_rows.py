"""What is written is there once, as it was written last; what is deleted is gone."""

from __future__ import annotations

import numpy as np

from store_gallery import Gallery, NewStore, nearest, random_vectors

FIELDS = {"name": "string", "year": "integer"}


def test_an_upsert_replaces_a_row_as_a_whole_and_never_doubles(new_store: NewStore) -> None:
    store = new_store(4, metric="L2", fields=FIELDS)
    first, second = random_vectors(2, 4)
    store.upsert(["a", "b"], [first, first], {"name": ["x", "y"], "year": [1, 2]})
    store.upsert(["a"], [second], {"year": [3]})
    assert store.count() == 2
    assert store.search([second], topk=5)[0].keys == ["a", "b"]
    fetched = store.fetch(["a"], vectors=True)
    np.testing.assert_allclose(fetched[0]["vector"], second, rtol=1e-6)
    assert (fetched[0]["name"], fetched[0]["year"]) == (None, 3)


def test_of_a_key_that_comes_twice_in_a_call_the_last_row_stays(new_store: NewStore) -> None:
    store = new_store(2, metric="L2", fields=FIELDS)
    store.upsert(["a", "b", "a"], [[1, 0], [2, 0], [3, 0]], {"year": [1, 2, 3]})
    assert store.count() == 2
    assert {row["key"]: row["year"] for row in store.rows()} == {"a": 3, "b": 2}


def test_an_upsert_of_many_rows_in_one_call_writes_each_once(new_store: NewStore) -> None:
    store = new_store(8, metric="IP", fields={"place": "integer"})
    vectors = random_vectors(2500, 8)
    keys = [f"row {place}" for place in range(2500)]
    for _ in range(2):
        store.upsert(keys, vectors, {"place": list(range(2500))})
    assert store.count() == 2500
    seen = {row["key"]: row["place"] for row in store.rows()}
    assert seen == {key: place for place, key in enumerate(keys)}
    gallery = Gallery(keys, vectors, {})
    query = random_vectors(1, 8, seed=3)
    assert store.search(query, topk=10)[0].keys == nearest(gallery, query[0], "IP", 10)[0]


def test_whole_numbers_are_keys_too(new_store: NewStore) -> None:
    keys = [0, -7, 10, 9, 2**63 - 1, -(2**63)]
    store = new_store(3, metric="L2", key_type="integer")
    store.upsert(keys, random_vectors(6, 3))
    assert sorted(row["key"] for row in store.rows()) == sorted(keys)
    assert store.search(random_vectors(6, 3)[4:5], topk=1)[0].keys == [2**63 - 1]
    assert store.existing([10, 11]) == {10}
    store.delete([-7, 9])
    assert sorted(row["key"] for row in store.rows()) == sorted(set(keys) - {-7, 9})


def test_rows_are_iterated_each_once(new_store: NewStore) -> None:
    store = new_store(4, metric="L2", fields=FIELDS)
    keys = [str(place) for place in range(1234)]
    vectors = random_vectors(1234, 4)
    store.upsert(keys, vectors, {"year": list(range(1234))})
    rows = list(store.rows(vectors=True))
    assert sorted(row["key"] for row in rows) == sorted(keys)
    for row in rows[::50]:
        assert str(row["year"]) == row["key"]
        np.testing.assert_allclose(row["vector"], vectors[row["year"]], rtol=1e-6)
    assert sorted(row["year"] for row in store.rows(filter="year >= 1200")) == [*range(1200, 1234)]


def test_rows_are_counted_by_a_filter(new_store: NewStore) -> None:
    store = new_store(2, metric="L2", fields=FIELDS)
    store.upsert(["a", "b", "c"], random_vectors(3, 2), {"year": [1, 2, None]})
    assert (store.count(), store.count("year >= 2"), store.count("year > 9")) == (3, 1, 0)


def test_rows_are_deleted_by_their_keys(new_store: NewStore) -> None:
    store = new_store(2, metric="L2")
    store.upsert(["a", "b", "c"], random_vectors(3, 2))
    store.delete(["b", "not there"])
    assert store.count() == 2
    assert sorted(store.search([[0, 0]], topk=9)[0].keys) == ["a", "c"]
    assert store.fetch(["b"]) == [None]
    store.upsert(["b"], [[5, 5]])
    assert store.search([[5, 5]], topk=1)[0].keys == ["b"]


def test_rows_are_deleted_by_a_filter(new_store: NewStore) -> None:
    store = new_store(2, metric="L2", fields=FIELDS)
    store.upsert(["a", "b", "c"], random_vectors(3, 2), {"year": [1, 2, None]})
    store.delete(filter="year == 1")
    assert sorted(row["key"] for row in store.rows()) == ["b", "c"]
    store.delete(filter="year is null")
    assert [row["key"] for row in store.rows()] == ["b"]


def test_rows_are_fetched_by_their_keys_in_the_order_asked_for(new_store: NewStore) -> None:
    store = new_store(2, metric="L2", fields=FIELDS)
    vectors = random_vectors(3, 2)
    store.upsert(["a", "b", "c"], vectors, {"name": ["x", None, "z"]})
    found = store.fetch(["c", "gone", "a"], vectors=True)
    assert [row and row["name"] for row in found] == ["z", None, "x"]
    np.testing.assert_allclose(found[0]["vector"], vectors[2], rtol=1e-6)
    assert store.existing(["a", "gone", "b"]) == {"a", "b"}


def test_what_was_written_is_seen_at_once(new_store: NewStore) -> None:
    store = new_store(2, metric="L2")
    for place in range(10):
        store.upsert([str(place)], [[place, 0]])
        assert store.search([[place, 0]], topk=1)[0].keys == [str(place)]
        assert store.count() == place + 1
