"""What is particular to Milvus Lite: a folder, its lock, its log, and what its filters need."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("pymilvus", reason="needs the extra milvus")
pytest.importorskip("milvus_lite", reason="needs the extra milvus")

from towhee.errors import DataError, StoreError, UsageError
from towhee.search.filters import matches, parse_filter
from towhee.search.stores import VectorStore, open_store
from towhee.search.stores.drivers.milvus import lite
from towhee.search.stores.schema import IndexSpec

_WRITER = """
import os, signal, sys
import numpy as np
from towhee.search.stores import open_store

store = open_store(sys.argv[1], "photos", patience=0)
vectors = np.random.default_rng(0).standard_normal((3000, 16)).astype(np.float32)
keys = [f"k{n}" for n in range(3000)]
store.create(16, metric="L2", index=sys.argv[2], fields={"n": "integer"})
store.upsert(keys, vectors, {"n": [-1] * 3000})
store.upsert(keys[:2000], vectors[:2000], {"n": list(range(2000))})
store.delete(["k2999"])
if sys.argv[3] == "killed":
    os.kill(os.getpid(), signal.SIGKILL)
if sys.argv[3] == "closed":
    store.close()
"""


@pytest.fixture
def uri(tmp_path: Path) -> str:
    return f"milvus:///{tmp_path}/photos.db"


@pytest.fixture
def opened(uri: str) -> Iterator[Callable[..., VectorStore]]:
    """Opens the folder, and closes what it opened when the test ends."""
    stores: list[VectorStore] = []

    def opens(collection: str = "photos") -> VectorStore:
        stores.append(open_store(uri, collection, patience=0))
        return stores[-1]

    yield opens
    for store in stores:
        store.close()


def run(script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", script, *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def filters_of(store: VectorStore, rows: dict[str, dict[str, Any]], text: str) -> list[str]:
    """The keys that a filter lets through, by the oracle."""
    where = parse_filter(text, store.schema.fields)
    return sorted(key for key, row in rows.items() if matches(where, {"key": key, **row}))


# -- the folder --------------------------------------------------------------------------------


@pytest.mark.parametrize("ended", ["killed", "left open", "closed"])
@pytest.mark.parametrize("index", ["flat", "hnsw", "ivf_flat"])
def test_rows_survive_the_process_and_are_there_once(uri: str, index: str, ended: str) -> None:
    written = run(_WRITER, uri, index, ended)
    assert written.returncode == (-9 if ended == "killed" else 0), written.stderr
    vectors = np.random.default_rng(0).standard_normal((3000, 16)).astype(np.float32)[:2999]
    queries = np.random.default_rng(1).standard_normal((40, 16)).astype(np.float32)
    wide = vectors.astype(np.float64)
    nearest = [
        {f"k{n}" for n in np.argsort(np.linalg.norm(wide - query, axis=1))[:10]}
        for query in queries
    ]
    with open_store(uri, "photos", patience=0) as store:
        rows = {row["key"]: row["n"] for row in store}
        assert rows == {f"k{n}": n if n < 2000 else -1 for n in range(2999)}
        assert len(store) == 2999
        more = {"hnsw": {"ef": 256}, "ivf_flat": {"nprobe": 128}}.get(index, {})
        found = [set(result.keys) for result in store.search(queries, topk=10, **more)]
    recall = np.mean([len(a & b) / 10 for a, b in zip(found, nearest, strict=True)])
    assert recall == 1.0 if index != "hnsw" else recall >= 0.98


def test_a_process_that_leaves_the_store_open_ends_by_itself_and_in_silence(uri: str) -> None:
    ended = run(_WRITER, uri, "flat", "left open")
    assert (ended.returncode, ended.stderr) == (0, "")


def test_another_process_is_refused_until_the_store_is_closed(
    uri: str, opened: Callable[..., VectorStore]
) -> None:
    store = opened()
    refused = run(_WRITER, uri, "flat", "closed")
    assert "StoreUnavailableError" in refused.stderr
    assert "is open in another process" in refused.stderr
    store.close()
    assert run(_WRITER, uri, "flat", "closed").returncode == 0


def test_stores_of_one_process_share_the_folder(opened: Callable[..., VectorStore]) -> None:
    one, other = opened(), opened()
    one.upsert(["a"], [[1.0, 0.0]])
    assert [row["key"] for row in other] == ["a"]
    one.close()
    other.upsert(["b"], [[0.0, 1.0]])
    assert len(other) == 2
    assert len(opened()) == 2


def test_a_client_of_the_same_process_is_shared_and_left_alone(
    tmp_path: Path, uri: str, opened: Callable[..., VectorStore]
) -> None:
    from milvus_lite import server_manager_instance
    from pymilvus import MilvusClient

    client = MilvusClient(f"{tmp_path}/photos.db", dedicated=True)
    store = opened()
    store.upsert(["a"], [[1.0, 0.0]])
    store.close()
    assert client.list_collections() == ["photos"]
    client.close()
    server_manager_instance.release_server(f"{tmp_path}/photos.db")


def test_a_file_in_place_of_the_folder_is_refused(tmp_path: Path, uri: str) -> None:
    (tmp_path / "photos.db").write_bytes(b"SQLite format 3")
    with pytest.raises(StoreError, match="is a file, and Milvus Lite keeps a folder"):
        open_store(uri, patience=0)


def test_options_of_servers_are_refused(uri: str) -> None:
    with pytest.raises(UsageError, match="Milvus Lite has no token"):
        open_store(uri, patience=0, token="secret")


def test_a_closed_store_says_so(opened: Callable[..., VectorStore]) -> None:
    store = opened()
    store.upsert(["a"], [[1.0, 0.0]])
    store.close()
    store.close()
    with pytest.raises(StoreError, match="is closed; open it again"):
        store.count()


def test_after_a_failed_write_the_store_is_refused_until_it_is_opened_again(uri: str) -> None:
    script = """
import resource, signal, sys
import numpy as np
from towhee.errors import StoreError
from towhee.search.stores import open_store

def fails(call):
    try:
        call()
    except StoreError as error:
        print(error)

def limited(size):
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
vectors = np.random.default_rng(0).standard_normal((1000, 256)).astype(np.float32)
store = open_store(sys.argv[1], "photos", patience=0)
store.create(256, metric="L2")
store.upsert([f"a{n}" for n in range(1000)], vectors)
limited(1_500_000)
fails(lambda: store.upsert([f"b{n}" for n in range(1000)], vectors))
limited(resource.RLIM_INFINITY)
fails(lambda: store.upsert(["c"], vectors[:1]))
fails(store.count)
store.close()
with open_store(sys.argv[1], "photos", patience=0) as again:
    print(len(again))
    again.upsert([f"b{n}" for n in range(1000)], vectors)
"""
    ended = run(script, uri)
    assert ended.returncode == 0, ended.stderr
    first, second, third, count = ended.stdout.splitlines()
    assert "refused to write rows to 'photos': [Errno 27] File too large" in first
    assert "see that there is room, close the store and open it again" in second
    assert second == third
    assert count == "1000"
    with open_store(uri, "photos", patience=0) as store:
        assert len(store) == len(list(store)) == 2000


# -- collections -------------------------------------------------------------------------------


def test_collections_of_others_are_neither_read_nor_touched(
    opened: Callable[..., VectorStore],
) -> None:
    store = opened()
    store.upsert(["a"], [[1.0, 0.0]])
    client: Any = store.driver._session._client  # type: ignore[attr-defined]
    client.create_collection("theirs", dimension=2)
    assert store.collections() == ["photos"]
    with pytest.raises(StoreError, match="'theirs' that towhee did not make"):
        opened("theirs")
    with pytest.raises(StoreError, match="did not make"):
        store.driver.drop("theirs")
    assert client.has_collection("theirs")


def test_a_collection_whose_making_was_cut_off_is_made_anew(
    tmp_path: Path, opened: Callable[..., VectorStore]
) -> None:
    store = opened()
    store.upsert(["a"], [[1.0, 0.0]])
    store.driver._say("photos", "unfinished")  # type: ignore[attr-defined]
    assert store.collections() == []
    again = opened()
    assert not again.exists
    again.upsert(["b"], [[1.0, 0.0, 0.0]])
    assert [row["key"] for row in again] == ["b"]
    (tmp_path / "photos.db" / "collections" / "stub" / "wal").mkdir(parents=True)
    stub = opened("stub")
    stub.upsert(["c"], [[1.0, 0.0]])
    assert len(stub) == 1


def test_an_index_whose_building_was_cut_off_is_built_when_it_is_needed(
    opened: Callable[..., VectorStore],
) -> None:
    store = opened()
    vectors = np.random.default_rng(0).standard_normal((200, 8)).astype(np.float32)
    store.create(8, metric="L2", index="hnsw")
    store.upsert([f"k{n}" for n in range(200)], vectors)
    client: Any = store.driver._session._client  # type: ignore[attr-defined]
    client.release_collection("photos")
    client.drop_index("photos", "vector_idx")
    store.close()
    again = opened()
    assert [result.keys[0] for result in again.search(vectors[:3], topk=1)] == ["k0", "k1", "k2"]
    index = again.driver._session._client.describe_index("photos", "vector_idx")  # type: ignore[attr-defined]
    assert (index["index_type"], index["metric_type"]) == ("HNSW", "L2")


def test_another_index_leaves_that_of_the_texts_alone(opened: Callable[..., VectorStore]) -> None:
    store = opened()
    store.create(2, metric="L2", fields={"text": "string"}, text="text", sparse=True)
    store.upsert(["a"], [[1.0, 0.0]], {"text": ["a red boat"]}, sparse=[{3: 1.0}])
    store.set_index("hnsw", m=8)
    client: Any = store.driver._session._client  # type: ignore[attr-defined]
    assert sorted(client.list_indexes("photos")) == ["sparse", "text_sparse", "vector"]
    assert client.describe_index("photos", "vector_idx")["index_type"] == "HNSW"
    assert store.text_search("boat").keys == store.sparse_search({3: 1.0}).keys == ["a"]


# -- rows --------------------------------------------------------------------------------------


def test_columns_may_be_called_by_the_words_of_milvus(opened: Callable[..., VectorStore]) -> None:
    names = ["and", "exists", "in_", "iso", "LIKE", "timestamp", "_seq", "array_length", "id"]
    store = opened()
    store.create(2, fields=dict.fromkeys(names, "integer"))
    store.upsert(["a", "b"], np.eye(2), {name: [n, -n - 1] for n, name in enumerate(names)})
    for n, name in enumerate(names):
        if name not in ("and", "LIKE", "in_"):
            assert store.search([1.0, 1.0], filter=f"{name} == {n}")[0].keys == ["a"], name
    row = store.fetch(["b"])[0]
    assert row is not None
    assert [row[name] for name in names] == [-n - 1 for n in range(len(names))]


def test_texts_and_lists_up_to_the_limits_of_milvus_are_kept(
    opened: Callable[..., VectorStore],
) -> None:
    store = opened()
    text, numbers = "é" * 32_767 + "x", list(range(4_096))
    store.upsert(["a"], [[1.0, 0.0]], {"text": [text], "numbers": [numbers]})
    row = store.fetch(["a"])[0]
    assert (row.text, row.numbers) == (text, numbers)
    with pytest.raises(DataError, match=r"column 'text' of row 'b' is a text of 65,536 bytes"):
        store.upsert(["b"], [[1.0, 0.0]], {"text": [text + "x"]})
    with pytest.raises(DataError, match=r"column 'numbers' of row 'b' is a list of 4,097"):
        store.upsert(["b"], [[1.0, 0.0]], {"numbers": [[*numbers, 0]]})
    assert len(store) == 1


def test_sparse_vectors_without_numbers_stay_and_are_not_found(
    opened: Callable[..., VectorStore],
) -> None:
    store = opened()
    store.upsert(["a", "b"], np.eye(2), sparse=[{}, {7: 0.5}])
    (batch,) = store.driver.scan(store.schema, where=None, vectors=True, fields=[], batch=10)
    assert dict(zip(batch.keys, batch.sparse or [], strict=True)) == {"a": {}, "b": {7: 0.5}}
    assert store.sparse_search({7: 2.0, 9: 1.0}).keys == ["b"]
    assert store.sparse_search({}).keys == []
    with pytest.raises(DataError, match="no negative numbers"):
        store.upsert(["c"], [[1.0, 0.0]], sparse=[{1: -1.0}])


# -- searches ----------------------------------------------------------------------------------


def test_many_queries_under_l2_are_asked_in_turns(
    opened: Callable[..., VectorStore], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lite, "_BYTES_OF_DIFFERENCES", 4 * 8 * 300 * 3)  # of three queries
    random = np.random.default_rng(0)
    vectors = random.standard_normal((300, 8)).astype(np.float32)
    queries = random.standard_normal((20, 8)).astype(np.float32)
    store = opened()
    store.create(8, metric="L2", key_type="integer")
    store.upsert(list(range(300)), vectors)
    expected = np.linalg.norm(vectors[None] - queries[:, None], axis=2).argsort(axis=1)[:, :5]
    assert [result.keys for result in store.search(queries)] == expected.tolist()


@pytest.mark.parametrize("metric", ["L2", "IP"])
def test_candidates_are_compared_exactly_if_asked_for(
    opened: Callable[..., VectorStore], metric: str
) -> None:
    vectors = np.random.default_rng(0).standard_normal((500, 8)).astype(np.float32)
    store = opened()
    store.create(8, metric=metric, index="ivf_flat", fields={"n": "integer"})
    store.upsert([f"k{n}" for n in range(500)], vectors, {"n": list(range(500))})
    plain = store.driver.search(
        store.schema, vectors[:2], 5, where=None, fields=["n"], parameters={"nprobe": 128}
    )
    refined = store.driver.search(
        store.schema,
        vectors[:2],
        5,
        where=None,
        fields=["n"],
        parameters={"nprobe": 128, "refine": 4},
    )
    assert [[hit.key for hit in hits] for hits in refined] == [
        [hit.key for hit in hits] for hits in plain
    ]
    assert [hit.payload for hit in refined[0]] == [hit.payload for hit in plain[0]]
    assert [hit.score for hit in refined[0]] == pytest.approx(
        [hit.score for hit in plain[0]], abs=1e-4
    )


def test_more_rows_can_be_asked_for_than_a_server_gives(opened: Callable[..., VectorStore]) -> None:
    store = opened()
    store.create(2, metric="L2", key_type="integer")
    store.upsert(list(range(17_000)), np.arange(34_000).reshape(17_000, 2))
    assert store.search([0.0, 0.0], topk=17_000)[0].keys == list(range(17_000))
    assert sorted(row["key"] for row in store) == list(range(17_000))


_VALUES = [True, 1, 1.5, "1", "true", [], [1], [True], ["1"], "[1]", {"$bool": "true"}, {"b": 2}]
_FILTERS = [
    "extra.x == 1",
    "extra.x != 1",
    "extra.x < 2",
    "extra.x == true",
    "extra.x != true",
    "extra.x == '1'",
    "extra.x != '1'",
    "extra.x in [1, 1.5]",
    "not extra.x in ['1', 'true']",
    "extra.x has 1",
    "extra.x has true",
    "extra.x has '1'",
    "not extra.x has 1",
    "extra.x is null",
    "extra.x is not null",
    "extra.x like '%1%'",
    "not extra.x like '1'",
    r"extra.x like '\\%%' or name like '%\\%%'",
    r"name like '%\\_%'",
    r"not name like '%\\\\%' and extra.x is not null",
    "price in [0.0]",
    "not price in [-0.0, 2.5]",
    "tags has -1 or name == ''",
    "key like 'k1%' and name is null",
]


@pytest.mark.parametrize("search", ["dense", "sparse"])
def test_rows_are_filtered_alike_whether_they_are_in_files_or_not(
    opened: Callable[..., VectorStore], search: str
) -> None:
    """Milvus Lite filters by two means, and takes true for 1 and a text for a list."""
    names = ["50%", "a_b", "back\\slash", "", None, "50% _\\"]
    rows: dict[str, dict[str, Any]] = {
        f"k{n}": {
            "extra": {"x": value} if n % 13 else {"y": 1},
            "name": names[n % len(names)],
            "price": [0.0, -0.0, 2.5, None][n % 4],
            "tags": [[-1, 2], [], None][n % 3],
        }
        for n, value in enumerate([*_VALUES, "%", None, "1\n"] * 2)
    }
    columns = {
        name: [row[name] for row in rows.values()] for name in ("extra", "name", "price", "tags")
    }
    store = opened()
    fields = {"extra": "json", "name": "string", "price": "float", "tags": "integers"}
    store.create(2, metric="IP", fields=fields, sparse=True)
    keys, half = list(rows), len(rows) // 2
    store.upsert(
        keys[:half],
        np.ones((half, 2)),
        {name: values[:half] for name, values in columns.items()},
        sparse=[{0: 1.0}] * half,
    )
    store.flush()
    store.upsert(
        keys[half:],
        np.ones((len(keys) - half, 2)),
        {name: values[half:] for name, values in columns.items()},
        sparse=[{0: 1.0}] * (len(keys) - half),
    )
    for text in _FILTERS:
        if search == "dense":
            found = store.search([1.0, 1.0], topk=100, filter=text)[0]
        else:
            found = store.sparse_search({0: 1.0}, topk=100, filter=text)
        assert sorted(found.keys) == filters_of(store, rows, text), text
    assert {row["key"]: row["extra"] for row in store} == {
        key: row["extra"] for key, row in rows.items()
    }


def test_an_index_spec_names_no_product_quantisation(opened: Callable[..., VectorStore]) -> None:
    with pytest.raises(UsageError, match="it has flat, hnsw, ivf_flat"):
        opened().create(8, index=IndexSpec.of("ivf_pq"))


_FILLS_UP = """
import resource, sys
import numpy as np
from towhee.errors import StoreError
from towhee.search.stores import open_store

with open_store(sys.argv[1], "photos") as store:
    store.upsert([str(row) for row in range(500)], np.random.default_rng(0).random((500, 64)))
    store.flush()  # into a file of its own, which has an index of its own
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
    try:
        store.set_index("hnsw")
    except StoreError:
        print("refused")
"""


def test_an_index_that_a_full_disk_cut_off_is_made_anew(tmp_path: Path) -> None:
    uri = f"milvus:///{tmp_path / 'full.db'}"
    filled = subprocess.run(
        [sys.executable, "-c", _FILLS_UP, uri],
        capture_output=True,
        text=True,
        check=True,
    )
    assert filled.stdout == "refused\n"
    with open_store(uri, "photos") as again:
        assert again.schema.index.kind == "flat"
        assert again.count() == 500
        vectors = np.random.default_rng(0).random((500, 64))
        assert [one.keys for one in again.search(vectors[:20], topk=1)] == [
            [str(row)] for row in range(20)
        ]


def test_a_file_of_an_index_that_was_cut_off_is_made_anew(tmp_path: Path) -> None:
    uri = f"milvus:///{tmp_path / 'cut.db'}"
    vectors = np.random.default_rng(0).random((500, 16))
    with open_store(uri, "photos") as store:
        store.upsert([str(row) for row in range(500)], vectors)
        store.set_index("hnsw")
        store.flush()
    files = list((tmp_path / "cut.db").rglob("*.idx"))
    assert files
    for path in files:  # as a process leaves it that is killed while it writes
        path.write_bytes(path.read_bytes()[:-100])
    with open_store(uri, "photos") as again:
        assert again.count() == 500
        found = again.search(vectors[:50], topk=1)
        assert np.mean([one.keys == [str(row)] for row, one in enumerate(found)]) > 0.9
