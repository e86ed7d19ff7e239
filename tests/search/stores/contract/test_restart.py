"""Another process finds what this one wrote: the same neighbours, payload and schema."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import numpy as np
import pytest

from store_gallery import FIELDS, Gallery, NewStore, nearest, random_vectors
from towhee.search.stores import Fingerprint, VectorStore
from towhee.search.stores.driver import Abilities

_SEARCHES = """
import json, sys
from towhee.search.stores import open_store

asked = json.load(sys.stdin)
with open_store(sys.argv[1], collection=sys.argv[2]) as store:
    found = store.search(asked["queries"], topk=10, fields=["year"], **asked["parameters"])
    json.dump(
        {
            "schema": store.schema.to_json(),
            "count": store.count(),
            "found": [[list(each.keys), each.scores, each.payload] for each in found],
        },
        sys.stdout,
    )
"""


def searched_elsewhere(uri: str, collection: str, queries: Any, **parameters: int) -> Any:
    """What a new process says of a collection, and finds in it."""
    done = subprocess.run(
        [sys.executable, "-c", _SEARCHES, uri, collection],
        input=json.dumps({"queries": queries.tolist(), "parameters": parameters}),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("metric", ["L2", "IP", "cosine"])
def test_a_flat_index_gives_the_same_neighbours_after_a_restart(
    store_uri: str, new_store: NewStore, gallery: Gallery, metric: str
) -> None:
    made_by = Fingerprint(model="resnet50", weights="4c1d")
    store = new_store(gallery.vectors.shape[1], metric=metric, fields=FIELDS, fingerprint=made_by)
    store.upsert(gallery.keys, gallery.vectors, gallery.payload)
    queries = random_vectors(5, seed=23)
    before = store.search(queries, topk=10, fields=["year"])
    store.close()

    after = searched_elsewhere(store_uri, store.collection, queries)
    assert after["schema"] == store.schema.to_json()
    assert after["count"] == len(gallery)
    for query, then, (keys, scores, payload) in zip(queries, before, after["found"], strict=True):
        assert keys == then.keys == nearest(gallery, query, metric, 10)[0]
        np.testing.assert_allclose(scores, then.scores, rtol=1e-6, atol=1e-6)
        assert payload == then.payload


def test_an_hnsw_index_recalls_as_much_after_a_restart(
    store_uri: str, new_store: NewStore, abilities: Abilities
) -> None:
    if "hnsw" not in abilities.indexes:
        pytest.skip("the store has no hnsw index")
    count, dimension = 2000, 32
    data = Gallery(
        [str(place) for place in range(count)], random_vectors(count, dimension, seed=29), {}
    )
    store = new_store(dimension, metric="L2", fields={"year": "integer"}, index="hnsw")
    store.upsert(data.keys, data.vectors)
    store.flush()
    queries = random_vectors(5, dimension, seed=31)
    truth = [set(nearest(data, query, "L2", 10)[0]) for query in queries]
    before = store.search(queries, topk=10, ef=200)
    store.close()

    after = searched_elsewhere(store_uri, store.collection, queries, ef=200)
    recalled_before = sum(len(t & set(r.keys)) for t, r in zip(truth, before, strict=True))
    recalled_after = sum(len(t & set(r[0])) for t, r in zip(truth, after["found"], strict=True))
    assert recalled_before >= 47
    assert recalled_after >= recalled_before - 1
    assert [len(found[0]) for found in after["found"]] == [10] * 5


def test_what_was_deleted_stays_deleted_after_a_restart(
    store_uri: str, new_store: NewStore, gallery: Gallery
) -> None:
    store = new_store(gallery.vectors.shape[1], metric="L2", fields={"year": "integer"})
    store.upsert(gallery.keys, gallery.vectors, {"year": gallery.payload["year"]})
    store.delete(gallery.keys[:200])
    store.upsert([gallery.keys[300]], gallery.vectors[:1], {"year": [1]})
    store.close()
    after = searched_elsewhere(store_uri, store.collection, gallery.vectors[:1])
    keys, scores, payload = after["found"][0]
    assert after["count"] == len(gallery) - 200
    assert not set(keys) & set(gallery.keys[:200])
    assert (keys[0], payload[0]) == (gallery.keys[300], {"year": 1})
    assert scores[0] == pytest.approx(0.0, abs=2e-3)


def test_a_closed_store_opens_again(open_again: Any, new_store: NewStore) -> None:
    store: VectorStore = new_store(2, metric="L2")
    store.upsert(["a"], [[1, 2]])
    store.close()
    store.close()
    assert [row["key"] for row in open_again(store.collection).rows()] == ["a"]
