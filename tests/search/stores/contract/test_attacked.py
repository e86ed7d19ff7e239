"""What breaks stores in the hands of others: wrong shapes, two hands on one collection, a fork."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from store_gallery import NewStore, random_vectors
from towhee.errors import StoreError, UnknownNameError, UsageError
from towhee.search.stores import VectorStore
from towhee.search.stores.driver import Abilities

Call = Callable[[VectorStore], Any]


@pytest.mark.parametrize(
    ("match", "call"),
    [
        ("keys are given as a list, not as 'ab'", lambda s: s.upsert("ab", np.eye(2))),
        ("keys are given as a list", lambda s: s.upsert(None, np.eye(2))),
        ("keys are given as a list, not as 'ab'", lambda s: s.delete("ab")),
        ("keys are given as a list, not as 'ab'", lambda s: s.fetch("ab")),
        ("keys are given as a list, not as 'ab'", lambda s: s.existing("ab")),
        ("vectors are given as a list", lambda s: s.upsert(["a"], None)),
        ("vectors are given as a list", lambda s: s.upsert(["a"], np.array(1.0))),
        ("vectors, row 0: a vector", lambda s: s.upsert(["a"], {"a": [1, 0]})),
        ("real numbers", lambda s: s.upsert(["a"], np.ones((1, 2), complex))),
        ("'v' are given as a list", lambda s: s.upsert(["c", "d"], np.eye(2), {"v": "xy"})),
        ("'v' are given as a list", lambda s: s.upsert(["c"], [[1, 0]], {"v": 5})),
        ("payloads are given as a list", lambda s: s.upsert(["c"], [[1, 0]], 5)),
        ("queries are given as a list", lambda s: s.search(None)),
        ("queries are given as a list", lambda s: s.search(5)),
        ("fields are given as a list, not as 'v'", lambda s: s.search([1, 0], fields="v")),
        ("radius is a number, not None", lambda s: s.range_search([1, 0], None)),
        ("radius is a number, not '1'", lambda s: s.range_search([1, 0], "1")),
        ("one vector, not 2", lambda s: s.range_search(np.eye(2), 1.0)),
        ("one vector, not 0", lambda s: s.range_search([], 1.0)),
        ("limit is a whole", lambda s: s.range_search([1, 0], 1.0, limit=0)),
        ("batch_size is a whole", lambda s: s.rows(batch_size=0)),
        ("candidates is a whole", lambda s: s.hybrid_search([1, 0], candidates=0)),
    ],
)
def test_one_value_is_not_taken_for_several(new_store: NewStore, match: str, call: Call) -> None:
    store = new_store(2, metric="L2", fields={"v": "string"})
    store.upsert(["a", "b"], np.eye(2), {"v": ["x", "y"]})
    with pytest.raises(UsageError, match=match):
        call(store)
    assert {row.key: row.v for row in store.rows()} == {"a": "x", "b": "y"}


@pytest.mark.parametrize("dimension", [2.5, "2", None, 0])
def test_a_dimension_that_is_no_whole_number_is_refused(
    open_again: Callable[[str], VectorStore], collection: str, dimension: Any
) -> None:
    store = open_again(collection)
    with pytest.raises(UsageError, match="vectors have 1 to"):
        store.create(dimension)
    assert store.create(np.int64(3)).dimension == 3  # type: ignore[arg-type]  # as of an array


@pytest.mark.parametrize("topk", [10**9, 2**63])
def test_more_rows_than_there_are_may_be_asked_for(new_store: NewStore, topk: int) -> None:
    store = new_store(2, metric="L2")
    store.upsert(["a", "b"], np.eye(2))
    assert [found.keys for found in store.search([[1, 0]], topk=topk)] == [["a", "b"]]


def test_a_collection_that_another_drops_is_missed_in_clear_words(
    new_store: NewStore, open_again: Callable[[str], VectorStore]
) -> None:
    store = new_store(2, metric="L2")
    store.upsert(["a"], [[1, 0]])
    open_again(store.collection).drop()
    with pytest.raises(StoreError, match="was dropped meanwhile"):
        store.search([1, 0])
    assert not store.exists
    with pytest.raises(UnknownNameError):
        store.search([1, 0])


@pytest.mark.parametrize(
    "call",
    [
        lambda s: s.search([1, 0]),
        lambda s: list(s.rows(vectors=True)),
        lambda s: s.upsert(["b"], [[1, 0]], {"v": [2]}),
    ],
)
def test_a_collection_that_another_makes_anew_is_noticed(
    new_store: NewStore, open_again: Callable[[str], VectorStore], call: Call
) -> None:
    store = new_store(2, metric="L2", fields={"v": "integer"})
    store.upsert(["a"], [[1, 0]], {"v": [1]})
    other = open_again(store.collection)
    other.drop()
    other.create(3, metric="L2", fields={"w": "string"})
    other.upsert(["z"], [[1, 2, 3]], {"w": ["new"]})
    with pytest.raises(StoreError, match="was made anew meanwhile"):
        call(store)
    assert store.schema == other.schema
    assert [dict(row) for row in store.rows()] == [{"key": "z", "w": "new"}]


def test_a_closed_store_does_not_open_by_itself(
    new_store: NewStore, open_again: Callable[[str], VectorStore]
) -> None:
    store = new_store(2, metric="L2")
    store.upsert(["a"], [[1, 0]])
    store.close()
    calls: list[Call] = [
        lambda s: s.search([1, 0]),
        lambda s: s.upsert(["b"], [[1, 0]]),
        lambda s: s.drop(),
        lambda s: s.collections(),
    ]
    for call in calls:
        with pytest.raises(StoreError, match="closed"):
            call(store)
    assert open_again(store.collection).count() == 1


_FORKS = """
import os, signal, sys, warnings
from towhee.errors import StoreError
from towhee.search.stores import open_store

warnings.simplefilter("ignore")
store = open_store(sys.argv[1], sys.argv[2])
store.search([1.0, 0.0])
child = os.fork()
if not child:
    signal.alarm(60)
    try:
        store.upsert(["forked"], [[1.0, 0.0]])
        assert store.existing(["forked"]) == {"forked"}
    except StoreError as error:
        os._exit(1 if "fork" in str(error) else 2)
    os._exit(0)
code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
print(code, len(store.existing(["forked"])), store.search([0.0, 1.0], topk=1)[0].keys)
store.close()
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_process_that_is_forked_writes_what_its_parent_sees_or_says_that_it_cannot(
    store_uri: str, new_store: NewStore
) -> None:
    store = new_store(2, metric="L2")
    store.upsert(["a", "b"], np.eye(2))
    store.close()
    forked = subprocess.run(
        [sys.executable, "-c", _FORKS, store_uri, store.collection],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert forked.stdout in ("0 1 ['b']\n", "1 0 ['b']\n"), forked.stderr


_LEAVES_OPEN = """
import sys
from towhee.search.stores import open_store

store = open_store(sys.argv[1], sys.argv[2])
print(store.count())
"""


def test_a_store_that_is_left_open_ends_without_a_word(store_uri: str, new_store: NewStore) -> None:
    store = new_store(2)
    store.upsert(["a"], [[1, 0]])
    store.close()
    left = subprocess.run(
        [sys.executable, "-c", _LEAVES_OPEN, store_uri, store.collection],
        capture_output=True,
        text=True,
        check=True,
    )
    assert (left.stdout, left.stderr) == ("1\n", "")


def test_a_path_that_is_longer_than_any_json_is_deep_leads_to_nothing(
    new_store: NewStore, abilities: Abilities
) -> None:
    if "members of JSON" in abilities.lacks:
        pytest.skip("the store cannot filter by members of JSON")
    store = new_store(2, fields={"extra": "json"})
    store.upsert(["a"], [[1, 0]], {"extra": [{"a": {"a": 1}}]})
    assert store.count("extra.a.a == 1") == 1
    assert store.count(f"extra.{'.'.join('a' * 5000)} == 1") == 0
    assert store.count(f"extra.{'.'.join('a' * 5000)} is null") == 1


def test_a_search_for_one_row_in_a_graph_finds_it(
    new_store: NewStore, abilities: Abilities
) -> None:
    if "hnsw" not in abilities.indexes:
        pytest.skip("the store has no hnsw")
    store = new_store(32, metric="L2")
    vectors = random_vectors(2000, 32)
    store.upsert([str(row) for row in range(2000)], vectors)
    store.set_index("hnsw", m=8)
    store.flush()
    found = store.search(vectors[:100], topk=1)
    assert np.mean([one.keys == [str(row)] for row, one in enumerate(found)]) >= 0.97
