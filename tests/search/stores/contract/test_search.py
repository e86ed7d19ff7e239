"""The neighbours that a store finds are those of comparing with every vector."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from store_gallery import Gallery, NewStore, nearest, random_vectors, scores_of
from towhee.search.stores import VectorStore
from towhee.search.stores.driver import Abilities

METRICS = ["L2", "IP", "cosine"]
Filled = Callable[[str], VectorStore]


@pytest.mark.parametrize("metric", METRICS)
def test_neighbours_and_scores_are_exact(filled: Filled, gallery: Gallery, metric: str) -> None:
    queries = random_vectors(7, seed=9) * 3
    results = filled(metric).search(queries, topk=10)
    assert len(results) == len(queries)
    for query, result in zip(queries, results, strict=True):
        keys, scores = nearest(gallery, query, metric, 10)
        assert result.keys == keys
        np.testing.assert_allclose(result.scores, scores, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("metric", ["L2", "cosine"])
def test_a_row_is_its_own_nearest(filled: Filled, gallery: Gallery, metric: str) -> None:
    results = filled(metric).search(gallery.vectors[:5], topk=1)
    assert [result.keys for result in results] == [[key] for key in gallery.keys[:5]]
    perfect = 0.0 if metric == "L2" else 1.0
    np.testing.assert_allclose([result.scores[0] for result in results], perfect, atol=2e-3)


def test_no_more_rows_come_back_than_there_are(new_store: NewStore) -> None:
    store = new_store(4, metric="L2")
    store.upsert(["a", "b", "c"], random_vectors(3, 4))
    (result,) = store.search(random_vectors(1, 4, seed=1), topk=50)
    assert sorted(result.keys) == ["a", "b", "c"]
    assert store.search(np.empty((0, 4), np.float32), topk=3) == []


def test_an_empty_collection_has_no_neighbours(new_store: NewStore) -> None:
    store = new_store(4, metric="cosine")
    (result,) = store.search(random_vectors(1, 4), topk=3)
    assert result.keys == []
    assert store.count() == 0


def test_the_payload_of_a_neighbour_comes_back(filled: Filled, gallery: Gallery) -> None:
    store = filled("L2")
    (result,) = store.search(gallery.vectors[3:4], topk=4, fields=["year", "tags", "extra"])
    for key, payload in zip(result.keys, result.payload, strict=True):
        row = gallery.row(gallery.places[key])
        assert payload == {name: row[name] for name in ("year", "tags", "extra")}


def test_a_filter_is_applied_before_the_neighbours_are_counted(
    filled: Filled, gallery: Gallery
) -> None:
    """As many rows come back as were asked for, however few of the nearest satisfy the filter."""
    years = gallery.payload["year"]
    among = [place for place, year in enumerate(years) if year is not None and year == 1999]
    assert 5 <= len(among) < 60
    query = random_vectors(1, seed=11)
    for topk in (3, len(among), len(among) + 10):
        (result,) = filled("L2").search(query, topk=topk, filter="year == 1999")
        keys, scores = nearest(gallery, query[0], "L2", topk, among)
        assert result.keys == keys
        np.testing.assert_allclose(result.scores, scores, rtol=1e-5)


def test_a_filter_that_nothing_satisfies_finds_nothing(filled: Filled) -> None:
    (result,) = filled("IP").search(random_vectors(1), topk=3, filter="year > 3000")
    assert result.keys == []


@pytest.mark.parametrize("metric", METRICS)
def test_a_range_search_finds_all_within_a_score(
    filled: Filled, gallery: Gallery, metric: str
) -> None:
    query = random_vectors(1, seed=13)
    scores = scores_of(gallery.vectors, query[0], metric)
    threshold = float(np.sort(scores if metric == "L2" else -scores)[24:26].mean())
    threshold = threshold if metric == "L2" else -threshold
    result = filled(metric).range_search(query[0], threshold)
    within = scores < threshold if metric == "L2" else scores > threshold
    assert within.sum() == 25
    assert sorted(result.keys) == [gallery.keys[place] for place in np.flatnonzero(within)]
    ordered = result.scores if metric == "L2" else [-score for score in result.scores]
    assert ordered == sorted(ordered)
    assert filled(metric).range_search(query[0], threshold, limit=3).keys == result.keys[:3]
    some = filled(metric).range_search(query[0], threshold, filter="year >= 2010")
    years = dict(zip(gallery.keys, gallery.payload["year"], strict=True))
    assert some.keys == [key for key in result.keys if (years[key] or 0) >= 2010]


def test_an_index_of_each_kind_that_a_store_has_finds_most_neighbours(
    new_store: NewStore, gallery: Gallery, abilities: Abilities
) -> None:
    parameters = {
        "flat": {},
        "hnsw": {"m": 16, "ef_construction": 100, "ef": 100},
        "ivf_flat": {"nlist": 8, "nprobe": 8},
        "ivf_pq": {"nlist": 4, "pq_m": 8, "nprobe": 4, "refine": 20},
    }
    queries = random_vectors(10, seed=17)
    store = new_store(gallery.vectors.shape[1], metric="L2")
    store.upsert(gallery.keys, gallery.vectors)
    for kind in abilities.indexes:
        store.set_index(kind, **parameters[kind])
        assert store.schema.index.kind == kind
        results = store.search(queries, topk=10)
        found = [
            len(set(result.keys) & set(nearest(gallery, query, "L2", 10)[0]))
            for query, result in zip(queries, results, strict=True)
        ]
        assert sum(found) >= (100 if kind == "flat" else 90), kind
        assert all(len(result.keys) == 10 for result in results), kind


def test_an_index_follows_what_is_written_and_deleted(
    new_store: NewStore, gallery: Gallery, abilities: Abilities
) -> None:
    for kind in abilities.indexes:
        store = new_store(gallery.vectors.shape[1], metric="L2")
        store.upsert(gallery.keys[:400], gallery.vectors[:400])
        store.set_index(kind)
        store.upsert(["late"], gallery.vectors[500:501])
        assert store.search(gallery.vectors[500:501], topk=1)[0].keys == ["late"], kind
        store.delete(["late"])
        assert "late" not in store.search(gallery.vectors[500:501], topk=20)[0].keys, kind
        store.upsert([gallery.keys[0]], gallery.vectors[501:502])
        (result,) = store.search(gallery.vectors[501:502], topk=20)
        assert result.keys[0] == gallery.keys[0], kind
        assert len(set(result.keys)) == 20, kind
