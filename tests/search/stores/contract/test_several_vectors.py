"""A row may have several vectors, and is found once, by the nearest of them."""

from __future__ import annotations

import numpy as np
import pytest

from store_gallery import NewStore, random_vectors
from towhee.search.stores import VectorStore

COUNTS = [1, 3, 2, 8, 1, 5]
KEYS = ["a", "b's", 'c"', "d\\", "é", "f"]


@pytest.fixture
def albums(new_store: NewStore) -> VectorStore:
    """Six rows of one to eight vectors."""
    store = new_store(4, metric="L2", fields={"year": "integer"}, multi=True)
    store.upsert(KEYS, vectors(), {"year": [1, 2, 3, 4, 5, 6]})
    return store


def vectors() -> list[np.ndarray]:
    return np.split(random_vectors(sum(COUNTS), 4), np.cumsum(COUNTS)[:-1])


def test_rows_are_found_once_by_their_nearest_vector(albums: VectorStore) -> None:
    queries = random_vectors(4, 4, seed=5)
    for query, result in zip(queries, albums.search(queries, topk=6), strict=True):
        distances = [np.linalg.norm(each - query, axis=1).min() for each in vectors()]
        order = np.argsort(distances)
        assert result.keys == [KEYS[place] for place in order]
        np.testing.assert_allclose(result.scores, np.sort(distances), rtol=1e-5)
        assert [row["year"] for row in result.payload] == [place + 1 for place in order]


def test_rows_of_several_vectors_are_counted_fetched_and_iterated_once(
    albums: VectorStore,
) -> None:
    assert (albums.count(), albums.count("year > 3")) == (6, 3)
    rows = {row["key"]: row for row in albums.rows(vectors=True)}
    assert sorted(rows) == sorted(KEYS)
    fetched = albums.fetch([*KEYS, "no"], vectors=True)
    assert fetched[-1] is None
    for key, row, truth in zip(KEYS, fetched, vectors(), strict=False):
        for array in (row["vector"], rows[key]["vector"]):
            np.testing.assert_allclose(array, truth, rtol=1e-6)
    assert albums.existing([*KEYS, "no"]) == set(KEYS)


def test_a_row_that_is_replaced_loses_all_its_vectors(albums: VectorStore) -> None:
    old = vectors()[3]
    albums.upsert(["d\\"], [old[:1] + 50], {"year": [40]})
    assert albums.count() == 6
    (result,) = albums.search(old[5:6], topk=6)
    assert result.keys[-1] == "d\\"
    assert albums.fetch(["d\\"], vectors=True)[0]["vector"].shape == (1, 4)


def test_a_row_is_deleted_with_all_its_vectors(albums: VectorStore) -> None:
    albums.delete(["d\\", "b's"])
    assert albums.delete(filter="year == 6") == 1
    assert sorted(row["key"] for row in albums.rows()) == sorted(["a", 'c"', "é"])
    (result,) = albums.search(random_vectors(1, 4), topk=6)
    assert sorted(result.keys) == sorted(["a", 'c"', "é"])


def test_a_filter_by_key_means_the_key_of_the_row(albums: VectorStore) -> None:
    (result,) = albums.search(random_vectors(1, 4), topk=6, filter='key in ["a", "b\'s"]')
    assert sorted(result.keys) == ["a", "b's"]
