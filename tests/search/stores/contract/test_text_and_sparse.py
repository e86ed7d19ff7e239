"""Words and sparse vectors find rows where a store has them, and vectors and words together."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from store_gallery import NewStore, random_vectors
from towhee.errors import UsageError
from towhee.search.stores import VectorStore
from towhee.search.stores.driver import Abilities

TEXTS = {
    "barn": "a red barn under a stormy sky",
    "bird": "a small bird sings in the garden",
    "boat": "the red boat and the red sail",
    "cat": "a cat sleeps in the garden",
    "none": None,
}
SPARSE = [{1: 1.0, 7: 2.0}, {1: 3.0}, {7: 0.5, 100_000: 4.0}, {2: 1.0}, {}]


@pytest.fixture
def captions(new_store: NewStore, abilities: Abilities) -> VectorStore:
    """Five rows, four with a text."""
    if not abilities.text:
        pytest.skip("the store does not search text")
    store = new_store(
        4, metric="L2", fields={"caption": "string", "year": "integer"}, text="caption"
    )
    columns = {"caption": list(TEXTS.values()), "year": [1, 2, 3, 4, 5]}
    store.upsert(list(TEXTS), random_vectors(5, 4), columns)
    return store


def test_words_find_the_rows_that_say_them(captions: VectorStore) -> None:
    assert set(captions.text_search("garden").keys) == {"bird", "cat"}
    assert captions.text_search("red", topk=1).keys == ["boat"]
    assert set(captions.text_search("red").keys) == {"boat", "barn"}
    assert captions.text_search("zeppelin").keys == []
    found = captions.text_search("garden", filter="year > 2")
    assert found.keys == ["cat"]
    assert found.payload == [{"caption": TEXTS["cat"], "year": 4}]
    scores = captions.text_search("red boat").scores
    assert scores == sorted(scores, reverse=True)


def test_a_row_is_found_by_any_of_the_words(captions: VectorStore) -> None:
    assert set(captions.text_search("barn garden").keys) == {"barn", "bird", "cat"}


def test_words_find_what_was_written_and_not_what_was_replaced(captions: VectorStore) -> None:
    captions.upsert(["boat"], random_vectors(1, 4), {"caption": ["a yellow zeppelin"]})
    captions.delete(["bird"])
    assert captions.text_search("zeppelin").keys == ["boat"]
    assert captions.text_search("red").keys == ["barn"]
    assert captions.text_search("garden").keys == ["cat"]


@pytest.mark.parametrize(
    "query",
    ['"', "'", "garden' OR 1=1 --", "*", "AND", "OR NOT", "(", ":*", "caption:x", "^", "-", "",
     "  ", "a & b | !c", "NEAR(", "\\", "%", "{}", "🐦", "\n", "garden AND"],
)  # fmt: skip
def test_words_are_no_query_language(captions: VectorStore, query: str) -> None:
    found = set(captions.text_search(query).keys)
    assert found <= set(TEXTS) - {"none"}
    if "garden" in query:
        assert {"bird", "cat"} <= found
    assert captions.count() == 5


def test_vectors_and_words_rank_together(captions: VectorStore) -> None:
    vectors = random_vectors(5, 4)
    found = captions.hybrid_search(vectors[3], text="red boat", topk=3)
    assert {"cat", "boat"} <= set(found.keys)
    assert found.scores == sorted(found.scores, reverse=True)
    assert captions.hybrid_search(text="garden", topk=1).keys[0] in ("bird", "cat")
    with pytest.raises(UsageError, match="none was given"):
        captions.hybrid_search()


@pytest.fixture
def sparse(new_store: NewStore, abilities: Abilities) -> VectorStore:
    """Five rows with sparse vectors, one of which is all zeros."""
    if not abilities.sparse:
        pytest.skip("the store keeps no sparse vectors")
    store = new_store(4, metric="L2", fields={"year": "integer"}, sparse=True)
    keys = ["a", "b", "c", "d", "e"]
    store.upsert(keys, random_vectors(5, 4), {"year": [1, 2, 3, 4, 5]}, sparse=SPARSE)
    return store


def test_sparse_vectors_find_the_largest_products(sparse: VectorStore) -> None:
    found = sparse.sparse_search({1: 1.0, 7: 1.0}, topk=2)
    assert sorted(found.keys) == ["a", "b"]
    np.testing.assert_allclose(found.scores, [3.0, 3.0], rtol=1e-5)
    found = sparse.sparse_search({7: 2.0, 100_000: 1.0})
    assert found.keys[:2] == ["c", "a"]
    np.testing.assert_allclose(found.scores[:2], [5.0, 4.0], rtol=1e-5)
    assert sparse.sparse_search({7: 1.0}, filter="year > 1", topk=1).keys == ["c"]


def test_sparse_vectors_are_replaced_and_deleted_with_their_rows(sparse: VectorStore) -> None:
    sparse.upsert(["b"], random_vectors(1, 4), {"year": [9]}, sparse=[{2: 5.0}])
    assert sparse.sparse_search({2: 1.0}, topk=2).keys == ["b", "d"]
    assert sparse.sparse_search({1: 1.0}, topk=1).keys == ["a"]
    sparse.delete(["b"])
    assert sparse.sparse_search({2: 1.0}, topk=1).keys == ["d"]


def test_vectors_and_sparse_vectors_rank_together(sparse: VectorStore) -> None:
    found = sparse.hybrid_search(random_vectors(5, 4)[0], sparse={100_000: 1.0}, topk=2)
    assert set(found.keys) == {"a", "c"}


def test_vectors_alone_are_searched_beside_sparse_ones(sparse: VectorStore) -> None:
    assert sparse.search(random_vectors(5, 4)[2:3], topk=1)[0].keys == ["c"]


def test_rows_need_their_sparse_vectors(
    sparse: VectorStore, open_again: Callable[[str], VectorStore]
) -> None:
    with pytest.raises(UsageError, match="has sparse vectors"):
        sparse.upsert(["z"], random_vectors(1, 4))
    assert sparse.count() == 5
