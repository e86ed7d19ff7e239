"""A server of Milvus: how it is reached, and what happens while it is away.

No server of Milvus runs here. What speaks its protocol is the server of Milvus Lite, a process of
its own; whatever does not answer is a port where nobody listens.
"""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("pymilvus", reason="needs the extra milvus")
pytest.importorskip("milvus_lite", reason="needs the extra milvus")

from towhee.errors import StoreUnavailableError, UnknownNameError, UsageError
from towhee.search.filters import Like, parse_filter
from towhee.search.stores import VectorStore, open_store
from towhee.search.stores.drivers.milvus.connecting import client_arguments, merged_options
from towhee.search.stores.drivers.milvus.driver import MilvusServerDriver
from towhee.search.stores.drivers.milvus.filters import FilterLanguage
from towhee.search.stores.drivers.milvus.making import (
    build_parameters,
    milvus_indexes,
    milvus_schema,
    search_parameters,
)
from towhee.search.stores.schema import CollectionSchema, IndexSpec
from towhee.search.stores.uri import StoreUri


class LiteServer:
    """A process that serves a folder at a port of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def uri(self) -> str:
        return f"milvus://127.0.0.1:{self.port}"

    def start(self, *, and_wait: bool = False) -> None:
        """Start it; it answers a moment later, or when this returns."""
        where = ["--data-dir", str(self._folder), "--host", "127.0.0.1", "--port", str(self.port)]
        self._process = subprocess.Popen(
            [sys.executable, "-u", "-m", "milvus_lite", "server", *where], stdout=subprocess.PIPE
        )
        if and_wait:
            assert self._process.stdout is not None
            assert b"listening" in self._process.stdout.readline()

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None


@pytest.fixture
def server(tmp_path: Path) -> Iterator[LiteServer]:
    server = LiteServer(tmp_path / "served.db")
    server.start(and_wait=True)
    yield server
    server.kill()


def opened(server: LiteServer, patience: float = 60) -> VectorStore:
    return open_store(server.uri, "photos", patience=patience)


def arguments_of(uri: str, **options: str) -> dict[str, object]:
    parsed = StoreUri.parse(uri)
    return client_arguments(parsed, merged_options(parsed, options))


# -- the address -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("uri", "options", "expected"),
    [
        ("milvus://host", {}, {"uri": "http://host:19530", "token": "", "db_name": ""}),
        ("milvus://[::1]:1", {}, {"uri": "http://[::1]:1"}),
        ("milvus+https://z.io", {"token": "t"}, {"uri": "https://z.io:443", "token": "t"}),
        ("milvus://me:p%40ss@h:1/db", {}, {"user": "me", "password": "p@ss", "db_name": "db"}),
        ("milvus://me:old@h:1", {"password": "new"}, {"user": "me", "password": "new"}),
        ("milvus://h:1/db?db_name=other&timeout=3", {}, {"db_name": "other", "timeout": 3.0}),
    ],
)
def test_the_client_is_made_with_what_the_address_says(
    uri: str, options: dict[str, str], expected: dict[str, object]
) -> None:
    arguments = arguments_of(uri, **options)
    assert {name: arguments[name] for name in expected} == expected


def test_the_client_itself_understands_the_arguments() -> None:
    from pymilvus.client.connection_manager import ConnectionConfig

    arguments = arguments_of("milvus+https://me:secret@in01.zillizcloud.com/photos")
    config = ConnectionConfig.from_uri(str(arguments["uri"]), db_name=str(arguments["db_name"]))
    assert (config.address, config.db_name) == ("in01.zillizcloud.com:443", "photos")
    assert config.get_handler_kwargs()["secure"] is True


@pytest.mark.parametrize("scheme", ["milvus", "milvus+https"])
def test_a_port_where_nobody_listens_is_an_unavailable_store(scheme: str) -> None:
    with socket.socket() as closed:  # bound, and never listening
        closed.bind(("127.0.0.1", 0))
        uri = f"{scheme}://me:secret@127.0.0.1:{closed.getsockname()[1]}?timeout=5"
        with pytest.raises(StoreUnavailableError, match="did not answer when asked to open") as e:
            open_store(uri, patience=0)
    assert "secret" not in str(e.value)


@pytest.mark.parametrize(
    ("uri", "error", "match"),
    [
        ("milvus://h?passwort=x", UnknownNameError, "did you mean 'password'"),
        ("milvus://h?consistency=strong", UnknownNameError, "did you mean 'Strong'"),
        ("milvus://h?timeout=soon", UsageError, "number of seconds above 0, not 'soon'"),
        ("milvus://h?timeout=0", UsageError, "number of seconds above 0"),
        ("milvus+grpc://h", UsageError, r"milvus\+https:// are the ways"),
    ],
)
def test_an_address_that_cannot_be_is_refused(uri: str, error: type[Exception], match: str) -> None:
    with pytest.raises(error, match=match):
        open_store(uri, patience=0)


# -- while it is away --------------------------------------------------------------------------


def test_a_job_waits_for_a_server_that_is_killed_and_started_again(server: LiteServer) -> None:
    vectors = np.random.default_rng(0).standard_normal((40, 8)).astype(np.float32)
    with opened(server) as store:
        store.create(8, metric="L2", index="hnsw", fields={"n": "integer"})
        for n in range(40):
            if n in (10, 25):
                server.kill()
                server.start()
            store.upsert([f"k{n}"], vectors[n : n + 1], {"n": [n]})
        server.kill()
        server.start()
        assert [hits.keys[0] for hits in store.search(vectors, topk=1)] == [
            f"k{n}" for n in range(40)
        ]
        assert sorted(row["n"] for row in store) == list(range(40))


def test_without_patience_a_server_that_is_away_is_an_error(server: LiteServer) -> None:
    with opened(server, patience=0) as store:
        store.upsert(["a"], [[1.0, 0.0]])
        server.kill()
        for call in (store.count, lambda: store.upsert(["b"], [[0.0, 1.0]])):
            with pytest.raises(StoreUnavailableError, match="did not answer when asked to"):
                call()


# -- what a server is told ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("filter", "written"),
    [
        ("year >= 2000", "year >= 2000"),
        (r"name like '10\\%%'", 'name like "10\\\\%%"'),
        ("not name in ['a', 'b']", '(name is not null and name not in ["a", "b"])'),
        ("tags has 'x'", 'array_contains_any(tags, ["x"])'),
        ("extra.a.b != 1", '(extra["v"]["a"]["b"] < 1 or extra["v"]["a"]["b"] > 1)'),
        ("extra.a == true", 'extra["v"]["a"] == true'),
        ("extra.a is null", '(extra is null or not exists extra["v"]["a"])'),
        ("extra.a has 'x'", 'json_contains_any(extra["v"]["a"], ["x"])'),
        ('name == "\\" or 1 == 1"', 'name == "\\" or 1 == 1"'),
    ],
)
def test_filters_are_written_in_the_language_of_milvus(filter: str, written: str) -> None:
    fields = {"year": "integer", "name": "string", "tags": "strings", "extra": "json"}

    def never(leaf: Like) -> list[str]:
        raise AssertionError(leaf)

    language = FilterLanguage(fields, False, never)  # type: ignore[arg-type]
    assert language.written(parse_filter(filter, fields)) == written  # type: ignore[arg-type]


def test_indexes_have_the_parameters_of_milvus() -> None:
    assert build_parameters(IndexSpec.of("ivf_pq", nlist=64, pq_m=16), 128) == {
        "nlist": 64,
        "m": 16,
        "nbits": 8,
    }
    assert 30 % build_parameters(IndexSpec.of("ivf_pq"), 30)["m"] == 0
    assert build_parameters(IndexSpec.of("hnsw", m=8), 4) == {"M": 8, "efConstruction": 200}
    assert search_parameters("hnsw", {"ef": 20}, 50) == {"ef": 50}
    assert search_parameters("ivf_pq", {"nprobe": 3, "refine": 2}, 50) == {"nprobe": 3}
    assert "ivf_pq" in MilvusServerDriver.abilities.indexes


def test_the_schema_is_one_that_the_client_accepts() -> None:
    schema = CollectionSchema(
        "photos",
        8,
        "cosine",
        fields={"text": "string", "tags": "strings", "extra": "json", "taken": "time"},
        text="text",
        sparse=True,
    )
    made = milvus_schema(schema)
    made.verify()
    columns = {column["name"]: column for column in made.to_dict()["fields"]}
    assert list(columns) == [
        *("key", "vector", "text", "tags", "extra", "taken", "sparse", "text_sparse")
    ]
    assert columns["key"]["params"]["max_length"] >= 2_000
    assert all(columns[name]["nullable"] for name in schema.fields)
    assert [(index.field_name, index.index_name) for index in milvus_indexes(schema)] == [
        ("vector", "vector_idx"),
        ("sparse", "sparse_idx"),
        ("text_sparse", "text_sparse_idx"),
    ]
