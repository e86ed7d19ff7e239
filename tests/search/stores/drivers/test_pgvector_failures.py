"""PostgreSQL that goes away, refuses or is shared: nothing is lost, written twice or told."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from postgres_server import PostgresServer
from towhee.errors import StoreError, StoreUnavailableError, UsageError
from towhee.search.stores import VectorStore, open_store

psycopg = pytest.importorskip("psycopg", reason="needs the extra pgvector")
Opens = Callable[..., VectorStore]
KEYS = [f"photo-{number:03}.jpg" for number in range(200)]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    """A server of this module's own, which stops and starts."""
    with PostgresServer(tmp_path_factory.mktemp("postgres")) as running:
        yield running


@pytest.fixture
def opens(server: PostgresServer, request: pytest.FixtureRequest) -> Iterator[Opens]:
    """Opens the collection of a test."""
    opened: list[VectorStore] = []
    name = request.node.originalname.removeprefix("test_")[:50]

    def opening(uri: str = server.uri, *, patience: float = 0) -> VectorStore:
        opened.append(open_store(uri, name, patience=patience))
        return opened[-1]

    yield opening
    for store in opened:
        store.close()


def rows(version: int, dimension: int = 8) -> tuple[list[str], Any, dict[str, list[int]]]:
    """All rows as one writer writes them: the vector and the column say the same."""
    vectors = np.full((len(KEYS), dimension), version, np.float32)
    return KEYS, vectors, {"version": [version] * len(KEYS)}


def versions(store: VectorStore) -> list[int]:
    """The versions in the store, each row once and none half."""
    found = list(store.rows(vectors=True))
    assert sorted(row.key for row in found) == KEYS
    assert all(set(row.vector.tolist()) == {row.version} for row in found)
    return sorted({row.version for row in found})


def test_a_server_that_was_stopped_and_started_between_calls_is_found_again(
    server: PostgresServer, opens: Opens
) -> None:
    store = opens()
    store.create(8, metric="L2", fields={"version": "integer"})
    store.upsert(*rows(1))
    server.stop(crash=True)
    with pytest.raises(StoreUnavailableError, match="does not answer"):
        store.count()
    with pytest.raises(StoreUnavailableError, match="does not answer"):
        opens()
    server.start()
    assert versions(store) == [1]
    server.stop()
    server.start()
    store.upsert(*rows(2))  # on a connection that died without anybody noticing
    assert versions(store) == [2]


def test_a_job_waits_for_a_server_that_is_stopped_and_started_meanwhile(
    server: PostgresServer, opens: Opens
) -> None:
    store = opens(patience=60)
    store.create(8, metric="L2", fields={"version": "integer"})
    written = threading.Semaphore(0)
    failures: list[BaseException] = []

    def writes() -> None:
        try:
            for version in range(1, 31):
                store.upsert(*rows(version))
                written.release()
        except BaseException as error:
            failures.append(error)
            raise
        finally:
            for _ in range(30):
                written.release()

    job = threading.Thread(target=writes)
    job.start()
    for crash in (False, True):
        for _ in range(5):
            assert written.acquire(timeout=60)
        server.stop(crash=crash)
        server.start()
    job.join(timeout=60)
    assert not failures
    assert versions(store) == [30]


def test_a_write_whose_connection_is_killed_is_whole_or_not_there(
    server: PostgresServer, opens: Opens
) -> None:
    store = opens()
    store.create(8, metric="L2", fields={"version": "integer"})
    store.upsert(*rows(1))
    failures: list[StoreError] = []

    def writes() -> None:
        try:
            store.upsert(*rows(2))
        except StoreUnavailableError as error:
            failures.append(error)

    with (
        psycopg.connect(server.uri) as other,
        psycopg.connect(server.uri, autocommit=True) as watcher,
    ):
        # The last row is held, so the write has done all others when it is killed.
        table = f"towhee.{store.collection}"
        other.execute(f"SELECT FROM {table} WHERE key = %s FOR UPDATE", (KEYS[-1],))
        job = threading.Thread(target=writes)
        job.start()
        killed: set[int] = set()
        while job.is_alive() and len(killed) < 2:  # the driver tries a second time by itself
            waiting = watcher.execute(
                "SELECT pid, pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE wait_event_type = 'Lock' AND query LIKE 'INSERT INTO%%'"
                "AND pid <> ALL (%s)",
                (list(killed),),
            )
            killed |= {pid for pid, _ in waiting}
        job.join(timeout=60)
        assert len(killed) == 2
        assert len(failures) == 1
        other.rollback()
    assert versions(store) == [1]
    store.upsert(*rows(2))
    assert versions(store) == [2]


_WRITER = """
import json, sys
import numpy as np
from towhee.search.stores import open_store
uri, collection, keys, seed = json.loads(sys.stdin.read())
random = np.random.default_rng(seed)
with open_store(uri, collection, patience=0) as store:
    for number in range(40):
        version = 2 * number + seed
        some = random.permutation(len(keys))
        store.upsert([keys[n] for n in some], np.full((len(keys), 8), version, np.float32),
            {"version": [version] * len(keys)})
"""


def test_processes_that_write_the_same_keys_do_not_block_each_other(
    server: PostgresServer, opens: Opens
) -> None:
    store = opens()
    store.create(8, metric="L2", fields={"version": "integer"})
    processes = [
        subprocess.Popen([sys.executable, "-c", _WRITER], stdin=subprocess.PIPE) for _ in range(2)
    ]
    for seed, process in enumerate(processes):
        assert process.stdin is not None
        given = [server.uri, store.collection, KEYS, seed]
        process.stdin.write(json.dumps(given).encode())
        process.stdin.close()
    # Without patience a deadlock would be an error.
    assert [process.wait(timeout=120) for process in processes] == [0, 0]
    assert versions(store) in ([78], [79])


@pytest.mark.parametrize("dimension", [8, 4096])  # in one statement, and in several
def test_a_full_disk_is_told_and_leaves_what_was_there(
    server: PostgresServer, opens: Opens, dimension: int
) -> None:
    store = opens()
    store.create(dimension, metric="L2", fields={"version": "integer"})
    store.upsert(*rows(1, dimension))
    with psycopg.connect(server.uri, autocommit=True) as other:
        # PostgreSQL says of a full disk what it is made to say here, in the middle of a write.
        other.execute(
            "CREATE OR REPLACE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            "RAISE EXCEPTION 'could not extend file \"base/5/16384\": No space left on device' "
            "USING ERRCODE = '53100'; END $$"
        )
        other.execute(
            f"CREATE TRIGGER full_disk BEFORE UPDATE ON towhee.{store.collection} FOR EACH ROW "
            f"WHEN (OLD.key = '{KEYS[150]}') EXECUTE FUNCTION full_disk()"
        )
    with pytest.raises(StoreError, match=r"no room left.*free some.*No space left") as caught:
        store.upsert(*rows(2, dimension))
    assert not isinstance(caught.value, StoreUnavailableError)
    assert versions(store) == [1]
    store.drop()


def test_a_read_only_server_is_read_and_says_so_when_written_to(
    server: PostgresServer, opens: Opens
) -> None:
    opens().upsert(*rows(1))
    reader = opens(f"{server.uri}?options=-c%20default_transaction_read_only%3Don")
    assert reader.count() == len(KEYS)
    with pytest.raises(StoreError, match=r"read-only.*write to its primary"):
        reader.upsert(*rows(2))


def test_what_is_not_permitted_is_said_with_the_remedy(
    server: PostgresServer, opens: Opens
) -> None:
    opens().upsert(*rows(1))
    with psycopg.connect(server.uri, autocommit=True) as other:
        other.execute("CREATE ROLE guest LOGIN PASSWORD 'guest-secret'")
        other.execute("CREATE DATABASE bare TEMPLATE template0")
    guest = server.uri_for("guest", "guest-secret")
    with pytest.raises(StoreError, match=r"does not permit it.*GRANT") as caught:
        opens(guest).count()
    assert "guest-secret" not in str(caught.value)
    with pytest.raises(StoreError, match="let its owner say CREATE EXTENSION vector"):
        opens(server.uri_for("guest", "guest-secret", "bare"))


def test_who_may_only_read_one_schema_reads_it(server: PostgresServer, opens: Opens) -> None:
    store = opens()
    store.upsert(*rows(1))
    with psycopg.connect(server.uri, autocommit=True) as other:
        other.execute("CREATE ROLE visitor LOGIN PASSWORD 'x'")
        other.execute("GRANT USAGE ON SCHEMA towhee TO visitor")
        other.execute(f"GRANT SELECT ON towhee.{store.collection} TO visitor")
    visitor = opens(server.uri_for("visitor", "x"))
    assert visitor.search(np.ones(8), 1)[0].keys == [KEYS[0]]
    with pytest.raises(StoreError, match="does not permit it"):
        visitor.upsert(*rows(2))


def test_the_extension_may_be_in_a_schema_that_no_search_path_leads_to(
    server: PostgresServer, opens: Opens
) -> None:
    with psycopg.connect(server.uri, autocommit=True) as other:
        other.execute("CREATE DATABASE elsewhere")
    uri = server.uri_for("postgres", server.password, "elsewhere")
    with psycopg.connect(uri, autocommit=True) as other:
        other.execute("CREATE SCHEMA extensions")
        other.execute("CREATE EXTENSION vector SCHEMA extensions")
    store = opens(uri)
    store.create(2, index="hnsw", sparse=True)
    store.upsert(["a", "b"], np.eye(2), sparse=[{1: 1.0}, {2: 1.0}])
    assert store.search([0.0, 1.0], 2)[0].keys == ["b", "a"]
    assert store.sparse_search({2: 3.0}).keys == ["b"]


def test_an_address_that_is_wrong_is_told_without_its_password(server: PostgresServer) -> None:
    secret = "pass/word %2B"
    wrong = {
        server.uri_for("postgres", "pass%2Fword%20%252B"): "authentication failed",
        server.uri_for("postgres", server.password, "nowhere"): '"nowhere" does not exist',
        f"{server.uri}?sslmod=require": 'cannot be read: .*"sslmod"',
        "postgresql://me:pass%2Fword%20%252B@127.0.0.1/x?port=many": "many",
        "postgresql://me:pass%2Fword%20%252B@127.0.0.1/%zz": "cannot be read",
        "postgresql://127.0.0.1/x?password=pass%2Fword%20%252B&host=%zz": "cannot be read",
    }
    for uri, match in wrong.items():
        with pytest.raises((StoreError, UsageError), match=match) as caught:
            open_store(uri, patience=0)
        told: BaseException | None = caught.value
        while told is not None:
            for text in (secret, "pass%2Fword", server.password):
                assert text not in str(told)
            told = told.__cause__


def test_whoever_is_refused_is_not_made_to_wait(server: PostgresServer) -> None:
    with pytest.raises(StoreError, match="lets nobody in") as caught:
        open_store(server.uri_for("postgres", "wrong"), patience=60)
    assert not isinstance(caught.value, StoreUnavailableError)


def test_a_table_that_others_removed_is_missed_and_the_connection_goes_on(
    server: PostgresServer, opens: Opens
) -> None:
    alone, in_pipeline = opens(), opens()
    alone.upsert(*rows(1))
    assert in_pipeline.count() == len(KEYS)
    with psycopg.connect(server.uri, autocommit=True) as other:
        other.execute(f"DROP TABLE towhee.{alone.collection}")
    for store, queries in ((alone, np.ones((1, 8))), (in_pipeline, np.ones((3, 8)))):
        with pytest.raises(StoreError, match="was dropped meanwhile"):
            store.search(queries)
        assert store.collection not in store.collections()


def test_a_closed_store_says_so(opens: Opens) -> None:
    store = opens()
    store.upsert(*rows(1))
    store.close()
    store.close()
    with pytest.raises(StoreError, match="is closed"):
        store.count()


def test_a_reader_that_does_not_read_on_does_not_hold_up_a_removal_for_ever(opens: Opens) -> None:
    store, reader = opens(), opens()
    store.upsert(*rows(1))
    store.set_index("hnsw")
    with contextlib.closing(reader.rows(batch_size=10)) as reading:
        next(reading)
        with pytest.raises(StoreUnavailableError, match=r"loop over rows\(\)"):
            store.drop()
        with pytest.raises(StoreUnavailableError, match=r"loop over rows\(\)"):
            store.set_index("flat")
        assert reader.count() == len(KEYS)
    store.drop()
    assert not store.exists
