"""The files of FAISS: rows are never lost, and the index is whatever the rows say."""

from __future__ import annotations

import logging
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import faiss
import numpy as np
import pytest

from store_gallery import Gallery, nearest, random_vectors
from towhee.errors import StoreError, StoreUnavailableError, UnknownNameError, UsageError
from towhee.search.stores import IndexSpec, VectorStore, list_collections, open_store
from towhee.search.stores.drivers.faiss.driver import FaissDriver

COUNT, DIMENSION = 900, 16
Open = Callable[..., VectorStore]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Open]:
    """Opens the collection ``photos`` of a store in ``tmp_path``."""
    stores: list[VectorStore] = []

    def opens(collection: str = "photos") -> VectorStore:
        stores.append(open_store(f"faiss:///{tmp_path}", collection, patience=0))
        return stores[-1]

    yield opens
    for store in stores:
        store.close()


@pytest.fixture
def data() -> Gallery:
    keys = [str(place) for place in range(COUNT)]
    return Gallery(keys, random_vectors(COUNT, DIMENSION), {})


def filled(store: VectorStore, data: Gallery, index: IndexSpec) -> VectorStore:
    store.create(DIMENSION, metric="L2", fields={"year": "integer"}, index=index)
    store.upsert(data.keys, data.vectors, {"year": list(range(COUNT))})
    return store


def recalled(store: VectorStore, data: Gallery, **how: Any) -> float:
    """The part of the ten nearest that a search finds, over twenty queries."""
    queries = random_vectors(20, DIMENSION, seed=50)
    results = store.search(queries, topk=10, **how)
    found = [
        len(set(result.keys) & set(nearest(data, query, "L2", 10)[0]))
        for query, result in zip(queries, results, strict=True)
    ]
    assert all(len(result.keys) == 10 for result in results)
    return sum(found) / 200


HNSW = IndexSpec.of("hnsw", m=16, ef_construction=80, ef=80)
INDEXES = [HNSW, IndexSpec.of("ivf_flat", nlist=8, nprobe=8), IndexSpec.of("ivf_pq", nlist=4)]


def nearest_score(vectors: Any, query: Any) -> float:
    """The distance of the nearest vector, in float64."""
    return float(np.linalg.norm(vectors.astype(np.float64) - query, axis=1).min())


@pytest.mark.parametrize("index", INDEXES, ids=lambda index: index.kind)
def test_an_index_is_read_from_its_file_and_follows_what_came_after(
    opened: Open, tmp_path: Path, data: Gallery, index: IndexSpec
) -> None:
    store = filled(opened(), data, index)
    store.flush()
    kept = faiss.read_index(str(tmp_path / "photos.faiss"))
    assert kept.ntotal == COUNT
    assert type(faiss.downcast_index(kept)) is not faiss.IndexFlat
    store.upsert(["late"], [np.full(DIMENSION, 9.0)], {"year": [7]})
    store.delete(["0"])
    store.close()

    again = opened()
    assert again.search([np.full(DIMENSION, 9.0)], topk=1)[0].keys == ["late"]
    assert "0" not in again.search(data.vectors[:1], topk=50)[0].keys
    assert recalled(again, data) >= (0.8 if index.kind == "ivf_pq" else 0.95)


@pytest.mark.parametrize("harm", ["gone", "cut", "empty", "noise", "of before", "of another"])
def test_an_index_file_that_is_of_no_use_is_made_anew(
    opened: Open,
    tmp_path: Path,
    data: Gallery,
    harm: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    store = filled(opened(), data, HNSW)
    path = tmp_path / "photos.faiss"
    store.flush()
    before = path.read_bytes()
    store.upsert(data.keys, data.vectors[::-1], {"year": list(range(COUNT))})
    store.flush()
    store.close()
    content = path.read_bytes()
    if harm == "of another":
        other = filled(opened("other"), data, HNSW)
        other.flush()
        other.close()
    harmed = {
        "gone": None,
        "cut": content[: len(content) // 2],
        "empty": b"",
        "noise": content[:100] + bytes(len(content) - 100),
        "of before": before,
        "of another": (tmp_path / "other.faiss").read_bytes() if harm == "of another" else b"",
    }[harm]
    path.unlink()
    if harmed is not None:
        path.write_bytes(harmed)
    turned = Gallery(data.keys, data.vectors[::-1], {})
    with caplog.at_level(logging.CRITICAL, "towhee"):
        assert recalled(opened(), turned) >= 0.95


def test_a_third_removed_is_passed_over_and_then_cleared_away(
    opened: Open, tmp_path: Path, data: Gallery
) -> None:
    store = filled(opened(), data, HNSW)
    assert recalled(store, data) >= 0.95
    for end, kept in ((200, COUNT), (600, 300)):
        store.delete(data.keys[:end])
        left = Gallery(data.keys[end:], data.vectors[end:], {})
        assert recalled(store, left) >= 0.95
        store.flush()
        assert faiss.read_index(str(tmp_path / "photos.faiss")).ntotal == kept


@pytest.mark.parametrize("index", INDEXES, ids=lambda index: index.kind)
@pytest.mark.parametrize("allowed", [1, 12, 300, 850])
def test_however_few_rows_satisfy_a_filter_as_many_as_asked_for_come_back(
    opened: Open, data: Gallery, index: IndexSpec, allowed: int
) -> None:
    store = filled(opened(), data, index)
    queries = random_vectors(5, DIMENSION, seed=51)
    for query, result in zip(
        queries, store.search(queries, topk=20, filter=f"year < {allowed}"), strict=True
    ):
        truth = nearest(data, query, "L2", 20, range(allowed))[0]
        assert len(result.keys) == len(truth) == min(20, allowed)
        assert len(set(result.keys) & set(truth)) >= 0.75 * len(truth)


def test_an_ivf_index_is_trained_once_there_is_enough(opened: Open, tmp_path: Path) -> None:
    store = opened()
    store.create(DIMENSION, metric="L2", index="ivf_flat")
    vectors = random_vectors(2000, DIMENSION)
    for start, end, lists in ((0, 100, None), (100, 400, 80), (400, 900, 80), (900, 2000, 179)):
        store.upsert([str(n) for n in range(start, end)], vectors[start:end])
        data = Gallery([str(n) for n in range(end)], vectors[:end], {})
        assert recalled(store, data, **({} if lists is None else {"nprobe": lists})) == 1.0
        store.flush()
        kept = faiss.read_index(str(tmp_path / "photos.faiss"))
        assert getattr(kept, "nlist", None) == lists


def test_neighbours_far_from_the_origin_are_exact_for_many_queries(opened: Open) -> None:
    """Matrix products of float32 lose distances that are small beside the vectors' lengths.

    FAISS multiplies from 20 queries on, or from 128,000 numbers in them on in later versions.
    """
    vectors = random_vectors(500, 64) / 8 + 1000
    queries = random_vectors(2048, 64, seed=3) / 8 + 1000
    rough = np.sqrt(faiss.knn(queries, vectors, 1)[0][0, 0])
    assert abs(rough / nearest_score(vectors, queries[0]) - 1) > 1e-3
    data = Gallery([str(place) for place in range(500)], vectors, {})
    store = opened()
    store.create(64, metric="L2")
    store.upsert(data.keys, vectors)
    for query, result in zip(queries, store.search(queries, topk=10), strict=True):
        keys, scores = nearest(data, query, "L2", 10)
        assert result.keys == keys
        np.testing.assert_allclose(result.scores, scores, rtol=1e-5)


def test_processes_see_what_others_commit(opened: Open, tmp_path: Path, data: Gallery) -> None:
    store = filled(opened(), data, HNSW)
    assert recalled(store, data) >= 0.95
    script = (
        "import sys, numpy as np\n"
        "from towhee.search.stores import open_store\n"
        "with open_store(sys.argv[1], 'photos') as store:\n"
        "    store.delete([str(n) for n in range(100)])\n"
        "    store.upsert(['new'], [np.full(16, 9.0)], {'year': [1]})\n"
        "    store.flush()\n"
    )
    uri = f"faiss:///{tmp_path}"
    subprocess.run([sys.executable, "-c", script, uri], check=True, timeout=120)
    assert store.search([np.full(DIMENSION, 9.0)], topk=1)[0].keys == ["new"]
    assert recalled(store, Gallery(data.keys[100:], data.vectors[100:], {})) >= 0.95
    assert store.count() == COUNT - 99


def test_a_collection_that_another_process_drops_is_said_to_be_gone(
    opened: Open, data: Gallery
) -> None:
    store, other = filled(opened(), data, HNSW), opened()
    other.drop()
    with pytest.raises(StoreError, match="was dropped meanwhile"):
        store.upsert(["a"], data.vectors[:1])
    with pytest.raises(UnknownNameError, match="no collection"):
        store.search(data.vectors[:1])


def test_dropping_leaves_no_file(opened: Open, tmp_path: Path, data: Gallery) -> None:
    store = filled(opened(), data, HNSW)
    store.flush()
    (tmp_path / "photos.faiss.1.tmp").write_bytes(b"of a process that was killed")
    assert {path.name for path in tmp_path.iterdir()} > {"photos.sqlite", "photos.faiss"}
    store.drop()
    assert list(tmp_path.iterdir()) == []


def test_rows_that_are_written_while_others_are_read_are_not_read(
    opened: Open, data: Gallery
) -> None:
    store = filled(opened(), data, IndexSpec())
    seen = []
    for row in store.rows(batch_size=100):
        seen.append(row["key"])
        if len(seen) < 2 * COUNT:
            store.upsert([row["key"]], data.vectors[:1], {"year": [-1]})
    assert sorted(seen) == sorted(data.keys)
    assert store.count("year == -1") == COUNT


def test_a_file_that_is_locked_is_waited_for_and_then_named(
    opened: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("towhee.search.stores.drivers.faiss.connection._SECONDS_FOR_A_LOCK", 0.01)
    store = opened()
    store.create(2)
    with sqlite3.connect(tmp_path / "photos.sqlite") as other:
        other.execute("BEGIN IMMEDIATE")
        assert store.count() == 0
        with pytest.raises(StoreUnavailableError, match="locked by another process"):
            store.upsert(["a"], [[1, 2]])
        other.rollback()
    other.close()
    store.upsert(["a"], [[1, 2]])
    assert store.count() == 1


def test_what_towhee_did_not_make_is_left_alone(opened: Open, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "photos.sqlite") as foreign:
        foreign.execute("CREATE TABLE rows (a)")
        foreign.execute("INSERT INTO rows VALUES (1)")
    foreign.close()
    (tmp_path / "notes.sqlite").write_bytes(b"no database at all, and longer than a header" * 50)
    with pytest.raises(StoreError, match="towhee did not make"):
        opened()
    with pytest.raises(StoreError, match="damaged or no collection"):
        opened("notes")
    store = opened("mine")
    store.create(2)
    assert list_collections(f"faiss:///{tmp_path}") == ["mine"]
    with sqlite3.connect(tmp_path / "photos.sqlite") as foreign:
        assert foreign.execute("SELECT a FROM rows").fetchall() == [(1,)]
    foreign.close()


def test_a_file_that_was_renamed_is_no_collection_of_its_new_name(
    opened: Open, tmp_path: Path
) -> None:
    store = opened()
    store.create(2)
    store.close()
    (tmp_path / "photos.sqlite").rename(tmp_path / "other.sqlite")
    with pytest.raises(StoreError, match="holds the collection 'photos'"):
        opened("other")


_FILLS_A_DISK = """
import resource, sys
import numpy as np
from towhee.errors import StoreError
from towhee.search.stores import open_store

store = open_store(sys.argv[1], "photos", patience=0)
store.create(64, metric="L2", fields={"batch": "integer"}, index="hnsw")
resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, resource.RLIM_INFINITY))
for batch in range(100):
    try:
        keys = [f"{batch} {row}" for row in range(100)]
        vectors = np.full((100, 64), batch, np.float32)
        store.upsert(keys, vectors, {"batch": [batch] * 100})
    except StoreError as error:
        print(batch, error)
        break
try:
    store.flush()
except StoreError as error:
    print(error)
"""


def test_a_full_disk_is_said_to_be_full_and_nothing_is_half_written(
    opened: Open, tmp_path: Path
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _FILLS_A_DISK, f"faiss:///{tmp_path}"],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    said, *flushed = done.stdout.splitlines()
    batch, _, message = said.partition(" ")
    assert "the disk is full" in message
    assert int(batch) > 1
    assert all("cannot be written" in line for line in flushed)
    assert not list(tmp_path.glob("*.tmp"))
    store = opened()
    rows = [row["batch"] for row in store.rows()]
    assert sorted(rows) == [n for n in range(int(batch)) for _ in range(100)]
    store.upsert(["more"], np.zeros((1, 64)), {"batch": [-1]})
    assert store.count() == len(rows) + 1


def test_parts_that_do_not_divide_a_vector_are_refused(opened: Open) -> None:
    store = opened()
    with pytest.raises(UsageError, match="pq_m=5 does not divide the 16 numbers"):
        store.create(16, index=IndexSpec.of("ivf_pq", pq_m=5))
    assert not store.exists
    store.create(16)
    with pytest.raises(UsageError, match="pq_m=5 does not divide the 16 numbers"):
        store.set_index("ivf_pq", pq_m=5)
    assert store.schema.index == IndexSpec()


def test_a_store_of_files_has_no_host() -> None:
    with pytest.raises(UsageError, match="three slashes"):
        open_store("faiss://localhost/photos")


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreError, match="cannot be made"):
        open_store(f"faiss:///{tmp_path}/file/store")


def test_a_short_job_does_not_write_a_long_index(opened: Open, tmp_path: Path) -> None:
    """Closing costs little after a few rows; the next process adds them."""
    store = opened()
    store.create(2, metric="L2", index="hnsw")
    store.upsert(["a"], [[1, 2]])
    store.close()
    assert not (tmp_path / "photos.faiss").exists()
    store = opened()
    store.upsert([str(n) for n in range(1200)], random_vectors(1200, 2))
    store.close()
    assert faiss.read_index(str(tmp_path / "photos.faiss")).ntotal == 1201


def test_the_class_says_what_it_can_do() -> None:
    assert FaissDriver.abilities.indexes == ("flat", "hnsw", "ivf_flat", "ivf_pq")
    assert (FaissDriver.abilities.text, FaissDriver.abilities.sparse) == (True, False)
    assert not FaissDriver.abilities.lacks


def test_a_search_works_beside_what_other_libraries_make_of_faiss(tmp_path: Path) -> None:
    """``faiss.contrib.torch_utils`` replaces methods of FAISS for the whole process."""
    script = """
import sys
import faiss.contrib.torch_utils
from towhee.search.stores import open_store

with open_store(sys.argv[1]) as store:
    store.create(2, index="hnsw", fields={"n": "integer"})
    store.upsert(["a", "b", "c"], [[1, 0], [0, 1], [1, 1]], {"n": [1, 2, 3]})
    print(*store.search([1, 0.1], topk=2, filter="n > 1")[0].keys)
"""
    done = subprocess.run(
        [sys.executable, "-c", script, f"faiss:///{tmp_path / 'store'}"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "c b\n", done.stderr
