"""What is particular to Qdrant: one process a folder, its conditions, servers."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("qdrant_client")

from towhee.errors import StoreError, StoreUnavailableError, UsageError
from towhee.search.filters import Comparison, Field, In, matches
from towhee.search.stores import VectorStore, open_store
from towhee.search.stores.drivers.qdrant import embedded
from towhee.search.stores.drivers.qdrant.driver import QdrantDriver
from towhee.search.stores.drivers.qdrant.points import halves
from towhee.search.stores.schema import CollectionSchema

_OPENS = """
import sys
from towhee.errors import StoreError
from towhee.search.stores import open_store

try:
    with open_store(sys.argv[1], collection="c") as store:
        print("open", store.count())
except StoreError as error:
    print(type(error).__name__, error)
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
    found = [row["key"] for row in store.rows()]
    print(len(found), len(set(found)))
"""


@pytest.fixture
def address(tmp_path: Path) -> str:
    return f"qdrant:///{tmp_path}/store"


def run(script: str, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def made(address: str, **described: Any) -> VectorStore:
    store = open_store(address, collection="c", patience=0)
    store.create(2, metric="L2", **described)
    return store


def test_a_folder_that_another_process_has_open_is_refused_with_its_number(address: str) -> None:
    with made(address) as store:
        store.upsert(["a"], [[1, 2]])
        said = run(_OPENS, address)
        assert said.startswith("StoreUnavailableError")
        if sys.platform == "linux":
            assert f"process {os.getpid()}," in said
    assert run(_OPENS, address) == "open 1\n"


def test_stores_of_one_process_share_a_folder(address: str) -> None:
    one = made(address)
    two = open_store(address, collection="c")
    one.upsert(["a"], [[1, 2]])
    one.close()
    two.upsert(["b"], [[3, 4]])
    assert two.count() == 2
    two.close()
    assert run(_OPENS, address) == "open 2\n"
    with pytest.raises(StoreError, match="closed"):
        one.count()


def test_threads_share_a_folder(address: str) -> None:
    made(address).close()

    def writes(name: int) -> None:
        with open_store(address, collection="c") as store:
            for n in range(20):
                store.upsert([f"{name} {n}", "shared"], [[name, n], [0, 0]])

    with open_store(address, collection="c") as store:
        threads = [threading.Thread(target=writes, args=(name,)) for name in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert store.count() == 81


def test_a_collection_of_another_application_is_refused_and_left_alone(address: str) -> None:
    from qdrant_client import models

    with made(address) as store:
        driver = store.driver
        assert isinstance(driver, QdrantDriver)
        config = models.VectorParams(size=2, distance=models.Distance.DOT)
        driver._client.create_collection("theirs", vectors_config=config)
        assert store.collections() == ["c"]
        with pytest.raises(StoreError, match="'theirs' that towhee did not make"):
            open_store(address, collection="theirs")
        with pytest.raises(StoreError, match="did not make"):
            driver.create(CollectionSchema("theirs", 2, "L2"))
        assert driver._client.collection_exists("theirs")


def test_a_collection_whose_making_was_cut_off_is_made_anew(address: str) -> None:
    with open_store(address, collection="c") as store:
        driver = store.driver
        assert isinstance(driver, QdrantDriver)
        driver._create(CollectionSchema("c", 2, "L2"))
        assert not store.exists
        assert store.collections() == []
        store.create(3)
        store.upsert(["a"], [[1, 2, 3]])
        assert store.count() == 1


INTEGERS = [
    0, 1, -1, 2**31, -(2**33), 2**53 - 1, 2**53, 2**53 + 1, 2**53 + 2, -(2**53) + 1, -(2**53),
    -(2**53) - 1, 2**62, 2**62 + 1, 2**63 - 2, 2**63 - 1, -(2**63), -(2**63) + 1,
]  # fmt: skip


def test_integers_beyond_those_of_floats_are_ordered_exactly(address: str) -> None:
    rows = [{"key": str(n), "n": value} for n, value in enumerate([*INTEGERS, None])]
    with made(address, fields={"n": "integer"}) as store:
        keys = [str(row["key"]) for row in rows]
        store.upsert(keys, np.ones((len(rows), 2)), {"n": [row["n"] for row in rows]})
        for value in INTEGERS:
            for leaf in (
                *(Comparison(Field("n"), how, value) for how in ("==", "!=", "<", "<=", ">", ">=")),
                In(Field("n"), (value, 7)),
                In(Field("n"), (value, 7), negated=True),
            ):
                expected = [row["key"] for row in rows if matches(leaf, row)]
                (batch,) = (
                    store.driver.scan(store.schema, where=leaf, vectors=False, fields=[], batch=100)
                    if expected
                    else [None]
                )
                found = [] if batch is None else batch.keys
                assert sorted(found) == sorted(expected), leaf
                assert store.driver.count(store.schema, leaf) == len(expected), leaf


def test_halves_of_integers_are_ordered_as_they_are() -> None:
    assert sorted(INTEGERS, key=halves) == sorted(INTEGERS)


def test_members_of_json_are_told_apart_by_their_types(address: str) -> None:
    values = ["a", ["a"], [], None, {"b": 1}, 1, 1.0, True, "1", {}, [["a"]], [None]]
    with made(address, fields={"j": "json"}) as store:
        keys = [str(n) for n in range(len(values))]
        store.upsert(keys, np.ones((len(values), 2)), {"j": [{"m x": value} for value in values]})

        def found(where: str) -> list[Any]:
            return sorted((values[int(row["key"])] for row in store.rows(where)), key=repr)

        assert found('j.`m x` == "a"') == ["a"]
        assert found('j.`m x` != "a"') == ["1"]
        assert found("j.`m x` == 1") == [1, 1.0]
        assert found("j.`m x` == true") == [True]
        assert found('j.`m x` has "a"') == [["a"]]
        assert found('not j.`m x` has "a"') == sorted([[], [["a"]], [None]], key=repr)
        assert found("j.`m x` is null") == [None]
        assert store.count("j.`m x`.b == 1") == 1


def test_a_member_with_a_quote_in_its_name_is_refused(address: str) -> None:
    with made(address, fields={"j": "json"}) as store:
        store.upsert(["a"], [[1, 2]], {"j": [{'"': 1}]})
        assert store.fetch(["a"])[0]["j"] == {'"': 1}  # type: ignore[index]
        with pytest.raises(UsageError, match=r"Qdrant.*quote"):
            store.count('j.`"` == 1')


def test_many_rows_are_warned_of_once_and_in_words(
    address: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(embedded, "_MANY", 3)
    with made(address) as store, caplog.at_level(logging.WARNING, "towhee"):
        store.upsert(["a", "b", "c"], np.ones((3, 2)))
        assert not caplog.records
        store.upsert(["d"], np.ones((1, 2)))
        store.upsert(["e"], np.ones((1, 2)))
        (record,) = caplog.records
        assert "run a server of Qdrant" in record.getMessage()


@pytest.mark.skipif(sys.platform == "win32", reason="limits on files are POSIX")
def test_a_full_disk_is_said_and_rows_are_whole(address: str) -> None:
    with open_store(address, collection="c") as store:
        store.create(256)
        store.upsert(["before"], np.ones((1, 256)))
    said, counts = run(_FILLS_THE_DISK, address).splitlines()
    assert said.startswith("StoreError")
    assert "no room left" in said
    count, distinct = map(int, counts.split())
    assert count == distinct < 1000
    with open_store(address, collection="c") as store:
        store.upsert([str(n) for n in range(1000)], np.ones((1000, 256)))
        assert store.count() == 1001


def test_a_file_in_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreError, match="is a file"):
        open_store(f"qdrant:///{tmp_path}/file")


# -- servers, of which none can run here: an answering machine stands for one ---------------------


class Answers(BaseHTTPRequestHandler):
    """Notes what is asked, and answers each request the same."""

    status = 200
    asked: list[tuple[str, str, Any]]

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        self.asked.append((self.command, self.path, json.loads(body) if body else None))
        ok = {"operation_id": 1, "status": "completed"}
        result: Any = {"collections": []} if self.path == "/collections" else ok
        if self.path.endswith("/query/batch"):
            result = [{"points": []}]
        self.send_response(self.status)
        self.send_header("content-type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps({"result": result, "status": "ok", "time": 0.0}).encode())

    do_GET = do_PUT = do_POST = do_PATCH = _answer  # noqa: N815 (names of the base class)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing is printed."""


@pytest.fixture
def answers() -> Iterator[tuple[str, type[Answers]]]:
    handler = type("Handler", (Answers,), {"asked": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"qdrant://127.0.0.1:{server.server_port}", handler
    server.shutdown()
    server.server_close()
    thread.join()


def driver_at(address: str, **options: Any) -> QdrantDriver:
    from towhee.search.stores.uri import StoreUri

    return QdrantDriver.connect(StoreUri.parse(address), options)


def test_a_server_that_is_not_there_is_said_to_be_so() -> None:
    with pytest.raises(StoreUnavailableError, match=r"qdrant://127.0.0.1:9 does not answer"):
        open_store("qdrant://127.0.0.1:9", patience=0, timeout=5)


@pytest.mark.parametrize(
    ("status", "error", "words"),
    [
        (503, StoreUnavailableError, "does not answer"),
        (429, StoreUnavailableError, "does not answer"),
        (401, StoreError, "api_key"),
        (403, StoreError, "api_key"),
        (400, StoreError, "failed"),
    ],
)
def test_what_a_server_refuses_is_told_from_what_is_worth_another_try(
    answers: Any, status: int, error: type[Exception], words: str
) -> None:
    address, handler = answers
    handler.status = status
    with pytest.raises(StoreError, match=words) as caught:
        driver_at(address)
    assert type(caught.value) is error


def test_a_server_is_given_requests_of_bounded_size(answers: Any) -> None:
    from towhee.search.stores.driver import RowBatch

    address, handler = answers
    driver = driver_at(address)
    schema = CollectionSchema("c", 4096, "L2")
    rows = RowBatch([str(n) for n in range(300)], np.ones((300, 4096), np.float32), {})
    driver.upsert(schema, rows)
    written = [body["points"] for method, path, body in handler.asked if "/points" in path]
    assert all(path.endswith("wait=true") for _, path, _ in handler.asked if "/points" in path)
    assert [point["payload"]["key"] for points in written for point in points] == rows.keys
    assert max(map(len, written)) <= 150
    driver.close()


def test_a_server_compares_exactly_with_a_flat_index_and_as_asked_with_another(
    answers: Any,
) -> None:
    from towhee.search.stores.schema import IndexSpec

    address, handler = answers
    driver = driver_at(address)
    query = np.ones((1, 2), np.float32)
    for index in (IndexSpec.of("flat"), IndexSpec.of("hnsw", ef=70)):
        schema = CollectionSchema("c", 2, "L2", index=index)
        driver.search(schema, query, 5, where=None, fields=[], parameters=index.search)
    one, other = (body["searches"][0]["params"] for _, _, body in handler.asked if body)
    assert one["exact"] is True
    assert (other["exact"], other["hnsw_ef"]) == (False, 70)
    driver.close()


def test_options_of_a_server_are_checked() -> None:
    with pytest.raises(UsageError, match="api_key, prefer_grpc, timeout, not 'tokn'"):
        open_store("qdrant://127.0.0.1:9?tokn=1")
    with pytest.raises(UsageError, match="timeout is a whole number"):
        open_store("qdrant://127.0.0.1:9?timeout=soon")
