"""What is particular to LanceDB: versions, several processes, its SQL, its folder."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("lancedb")

from towhee.errors import StoreError, UsageError
from towhee.search.filters import Comparison, Field, Has, In, matches
from towhee.search.stores import VectorStore, open_store
from towhee.search.stores.drivers.lancedb import indexes, scanning
from towhee.search.stores.drivers.lancedb.driver import LanceDBDriver, _place
from towhee.search.stores.drivers.lancedb.filters import condition
from towhee.search.stores.schema import CollectionSchema, IndexSpec
from towhee.search.stores.uri import StoreUri

_WRITES = """
import sys
import numpy as np
from towhee.search.stores import open_store

with open_store(sys.argv[1], collection="c") as store:
    for start in range(0, 3000, 100):
        keys = [f"row {n}" for n in range(start, start + 100)]
        store.upsert(keys, np.ones((100, 4), np.float32), {"n": list(range(100))})
"""
_WRITES_ONE = """
import sys
from towhee.search.stores import open_store

with open_store(sys.argv[1], collection="c") as store:
    store.upsert([sys.argv[2]], [[0, 0, 0, 9]], {"n": [9]})
"""
_FILLS_THE_DISK = """
import resource, signal, sys
import numpy as np
from towhee.errors import StoreError
from towhee.search.stores import open_store

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
with open_store(sys.argv[1], collection="c") as store:
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
    try:
        store.upsert([str(n) for n in range(1000)], np.ones((1000, 256), np.float32))
    except StoreError as error:
        print(type(error).__name__, error)
"""


@pytest.fixture
def address(tmp_path: Path) -> str:
    return f"lancedb:///{tmp_path}/store"


def run(script: str, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def made(address: str, **described: Any) -> VectorStore:
    store = open_store(address, collection="c", patience=0)
    store.create(4, metric="L2", fields={"n": "integer"}, **described)
    return store


def table_of(store: VectorStore) -> Any:
    """LanceDB's own table, opened anew."""
    driver = store.driver
    assert isinstance(driver, LanceDBDriver)
    return driver._run(driver._connection.open_table(store.collection))


def keys_of(store: VectorStore) -> list[str]:
    return sorted(row["key"] for row in store.rows())


def test_processes_that_write_the_same_keys_at_once_write_each_once(address: str) -> None:
    with made(address) as store:
        writers = [
            subprocess.Popen([sys.executable, "-c", _WRITES, address], stderr=subprocess.PIPE)
            for _ in range(3)
        ]
        for writer in writers:
            _, said = writer.communicate(timeout=120)
            assert writer.returncode == 0, said
        counted = Counter(keys_of(store))
    assert set(counted) == {f"row {n}" for n in range(3000)}
    assert set(counted.values()) == {1}


def test_a_row_that_another_process_wrote_in_between_is_replaced(address: str) -> None:
    with made(address) as store:
        for start in range(0, 40, 10):  # by then this process knows the keys, and appends
            store.upsert([str(n) for n in range(start, start + 10)], np.ones((10, 4)))
        run(_WRITES_ONE, address, "shared")
        assert store.count() == 41
        assert store.search([[0, 0, 0, 9]], topk=1)[0].keys == ["shared"]
        store.upsert(["shared", "new"], np.zeros((2, 4)), {"n": [1, 2]})
        store.upsert(["newer"], np.zeros((1, 4)))
        assert Counter(keys_of(store)).most_common(1)[0][1] == 1
        assert store.count() == 43
        assert store.fetch(["shared"])[0]["n"] == 1  # type: ignore[index]


def test_a_row_that_was_deleted_can_be_written_again(address: str) -> None:
    with made(address) as store:
        for _ in range(3):
            store.upsert(["a", "b"], np.ones((2, 4)))
            store.delete(["a"])
            assert keys_of(store) == ["b"]
        store.upsert(["a"], np.ones((1, 4)))
        assert keys_of(store) == ["a", "b"]


def test_a_table_of_another_application_is_refused_and_left_alone(address: str) -> None:
    import pyarrow as pa

    with made(address) as store:
        driver = store.driver
        assert isinstance(driver, LanceDBDriver)
        theirs = pa.table({"key": ["x"], "vector": [[1.0]]})
        driver._run(driver._connection.create_table("theirs", theirs))
        assert store.collections() == ["c"]
        with pytest.raises(StoreError, match="'theirs' that towhee did not make"):
            open_store(address, collection="theirs")
        schema = CollectionSchema("theirs", 2, "L2")
        with pytest.raises(StoreError, match="did not make"):
            driver.create(schema)
        assert driver._run(driver._connection.list_tables()).tables == ["c", "theirs"]


def test_a_collection_whose_making_was_cut_off_is_made_anew(address: str) -> None:
    with open_store(address, collection="c") as store:
        driver = store.driver
        assert isinstance(driver, LanceDBDriver)
        driver._run(driver._create(CollectionSchema("c", 2, "L2")))
        assert not store.exists
        assert store.collections() == []
        store.create(3)
        store.upsert(["a"], [[1, 2, 3]])
        assert store.count() == 1


def test_flushing_joins_small_files_and_keeps_every_row(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexes, "_MOST_FRAGMENTS", 20)
    with made(address) as store:
        for n in range(25):
            store.upsert([f"row {n}"], np.full((1, 4), n, np.float32), {"n": [n]})
        table = table_of(store)
        driver = store.driver
        assert isinstance(driver, LanceDBDriver)
        before = driver._run(table.stats())["fragment_stats"]["num_fragments"]
        store.flush()
        after = driver._run(table_of(store).stats())["fragment_stats"]["num_fragments"]
        assert (before, after) == (25, 1)
        assert sorted(row["n"] for row in store.rows()) == list(range(25))
        assert store.search([[7, 7, 7, 7]], topk=1)[0].keys == ["row 7"]
        store.upsert(["row 3", "late"], np.zeros((2, 4)), {"n": [0, 0]})
        assert store.count() == 26


@pytest.mark.parametrize("kind", ["hnsw", "ivf_flat", "ivf_pq"])
def test_an_index_finds_all_rows_that_a_narrow_filter_leaves(address: str, kind: str) -> None:
    rng = np.random.default_rng(0)
    with open_store(address, collection="c") as store:
        store.create(16, metric="L2", fields={"n": "integer"})
        vectors = rng.standard_normal((5000, 16)).astype(np.float32)
        store.upsert([str(n) for n in range(5000)], vectors, {"n": list(range(5000))})
        store.set_index(kind)
        queries = rng.standard_normal((3, 16))
        for found in store.search(queries, topk=6, filter="n in [3, 777, 1500, 4000, 4999]"):
            assert sorted(map(int, found.keys)) == [3, 777, 1500, 4000, 4999]


def test_an_index_is_made_again_when_it_covers_a_minority_of_the_rows(address: str) -> None:
    from towhee.search.stores.drivers.lancedb.indexes import VECTOR_INDEX

    rng = np.random.default_rng(0)
    with made(address, index="ivf_flat") as store:
        driver = store.driver
        assert isinstance(driver, LanceDBDriver)
        for count in (100, 500):
            keys = [f"{count} {n}" for n in range(count)]
            store.upsert(keys, rng.standard_normal((count, 4)))
            store.flush()
            stats = driver._run(table_of(store).index_stats(VECTOR_INDEX))
            assert (stats.num_unindexed_rows, stats.num_indices) == (0, 1)
        store.set_index("flat")
        assert driver._run(table_of(store).index_stats(VECTOR_INDEX)) is None


def test_vectors_are_cut_into_equal_parts_alone(address: str) -> None:
    with made(address) as store:
        with pytest.raises(UsageError, match=r"4 numbers.*pq_m=3.*divisor"):
            store.set_index("ivf_pq", pq_m=3)
        with pytest.raises(UsageError, match="divisor"):
            open_store(address, collection="d").create(4, index=IndexSpec.of("ivf_pq", pq_m=3))
        assert store.collections() == ["c"]


@pytest.mark.parametrize(
    "name", ["_distance", "_score", "_rowid", "_rowaddr", "query_index", "payload_n", "Select"]
)
def test_columns_may_be_called_as_those_of_lancedb(address: str, name: str) -> None:
    with open_store(address, collection="c") as store:
        store.create(2, metric="L2", fields={name: "string", "n": "integer"}, text=name)
        store.upsert(["a", "b"], [[0, 0], [1, 1]], {name: ["one", "two"], "n": [1, 2]})
        found = store.search([[1, 1], [0, 0]], topk=1, filter=f'{name} != "x"')
        assert [each.payload for each in found] == [
            [{name: "two", "n": 2}],
            [{name: "one", "n": 1}],
        ]
        assert store.text_search("two").keys == ["b"]


@pytest.mark.parametrize("metric", ["L2", "IP"])
def test_many_queries_find_at_once_what_each_finds_alone(address: str, metric: str) -> None:
    chance = np.random.default_rng(0)
    vectors = chance.integers(-9, 10, (700, 6)).astype(np.float32)
    queries = chance.normal(size=(scanning.FEWEST_QUERIES, 6)).astype(np.float32)
    with open_store(address, collection="c", patience=0) as store:
        store.create(6, metric=metric, fields={"n": "integer"})
        assert [len(found) for found in store.search(queries, 3)] == [0] * len(queries)
        for start in range(0, 700, 100):  # a fragment each
            part = range(start, start + 100)
            store.upsert([f"{n}" for n in part], vectors[part], {"n": list(part)})
        store.delete(["5", "6"])
        for where in (None, "n < 40", "n < 2", "n < 0"):
            together = store.search(queries, 5, filter=where)
            alone = [store.search(query, 5, filter=where)[0] for query in queries]
            for many, one in zip(together, alone, strict=True):
                assert many.scores == pytest.approx(one.scores, rel=1e-5)
                assert many.payload == [{"n": int(key)} for key in many.keys]
                assert many.keys == one.keys


def test_zeros_of_both_signs_are_one_number(address: str) -> None:
    rows = [
        {"key": str(n), "x": x, "xs": [x, 2.0]} for n, x in enumerate([0.0, -0.0, 1.0, -5e-324])
    ]
    with open_store(address, collection="c") as store:
        store.create(2, metric="L2", fields={"x": "float", "xs": "floats"})
        columns = {name: [row[name] for row in rows] for name in ("x", "xs")}
        store.upsert([str(row["key"]) for row in rows], np.ones((4, 2)), columns)
        for zero in (0.0, -0.0):
            for leaf in (
                *(Comparison(Field("x"), how, zero) for how in ("==", "!=", "<", "<=", ">", ">=")),
                In(Field("x"), (zero, 7.0)),
                In(Field("x"), (zero, 7.0), negated=True),
                Has(Field("xs"), zero),
                Has(Field("xs"), zero, negated=True),
            ):
                expected = [row["key"] for row in rows if matches(leaf, row)]
                where = condition(store.schema, leaf)
                batches = store.driver.scan(
                    store.schema, where=leaf, vectors=False, fields=[], batch=10
                )
                assert sorted(key for batch in batches for key in batch.keys) == expected, where


def test_folders_may_have_any_name(tmp_path: Path) -> None:
    address = f"lancedb:///{tmp_path}/a b%2520'ü?x=1"
    with made(address.partition("?")[0]) as store:
        store.upsert(["a"], np.ones((1, 4)))
    assert (tmp_path / "a b%20'ü" / "c.lance").is_dir()


def test_a_file_in_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreError, match="is a file"):
        open_store(f"lancedb:///{tmp_path}/file")


def test_object_stores_are_addressed_as_the_client_does() -> None:
    uri = StoreUri.parse("lancedb+s3://Bucket/Some/Path?region=eu-west-1")
    assert _place(uri) == "s3://Bucket/Some/Path"
    assert uri.options == {"region": "eu-west-1"}
    with pytest.raises(UsageError, match=r"lancedb\+s3://bucket/path"):
        open_store("lancedb://host/path")


@pytest.mark.skipif(sys.platform == "win32", reason="limits on files are POSIX")
def test_a_full_disk_is_said_and_nothing_is_half_written(address: str) -> None:
    with open_store(address, collection="c") as store:
        store.create(256)
        store.upsert(["before"], np.ones((1, 256)))
        said = run(_FILLS_THE_DISK, address)
        assert said.startswith("StoreError")
        assert "no room left" in said
        assert keys_of(store) == ["before"]
        store.upsert(["after"], np.ones((1, 256)))
        assert store.count() == 2


def test_a_store_works_where_an_event_loop_runs_already(address: str) -> None:
    async def notebook() -> int:
        with made(address) as store:
            store.upsert(["a"], np.ones((1, 4)))
            return store.count()

    assert asyncio.run(notebook()) == 1


def test_a_closed_store_says_so(address: str) -> None:
    store = made(address)
    store.close()
    for call in (
        lambda: store.count(),
        lambda: store.upsert(["a"], np.ones((1, 4))),
        lambda: store.set_index("hnsw"),
        lambda: store.flush(),
    ):
        with pytest.raises(StoreError, match="closed"):
            call()
