"""Connections that are kept for the next call, and replaced when the server was away."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable
from typing import Any, TypeVar

import psycopg
from psycopg import Connection
from psycopg.pq import TransactionStatus

from towhee.errors import StoreError
from towhee.search.stores.drivers.pgvector.address import Address
from towhee.search.stores.drivers.pgvector.encoding import register
from towhee.search.stores.drivers.pgvector.errors import translated
from towhee.search.stores.drivers.pgvector.extension import Extension

T = TypeVar("T")

_KEPT = 8
_LOST = (psycopg.OperationalError, psycopg.InterfaceError)


class Session(Connection[Any]):
    """A connection of psycopg.

    Attributes:
        is_pooled: whether a pooler (PgBouncer) stands between, which gives each transaction
            another session of the server; nothing may be left in one.
        settings: what was set for the searches of this session, and how.
    """

    is_pooled = False
    settings: object = None


class Connections:
    """As many connections as calls at the same time; each call has one of its own.

    psycopg's own pool connects in threads of its own and says only that it waited too long; here
    the call that needs a connection makes it, and says what the server said.
    """

    def __init__(self, address: Address) -> None:
        self._address = address
        self._idle: list[Session] = []
        self._parents: list[Session] = []
        self._lock = threading.Lock()
        self._process = os.getpid()
        self._is_closed = False
        self._extension: Extension | None = None
        with translated(address):
            self.give(self._connected())

    @property
    def extension(self) -> Extension:
        """The extension as the last connection found it."""
        assert self._extension is not None
        return self._extension

    def call(self, use: Callable[[Session], T]) -> T:
        """What ``use`` makes of a connection; it may be called twice, if the first was dead.

        Raises:
            StoreUnavailableError: if the server does not answer, or goes away meanwhile.
            StoreError: for the rest.
        """
        with translated(self._address):
            kept = self._kept()
            if kept is not None:
                try:
                    return use(kept)
                except _LOST:
                    if not kept.closed:
                        raise
                    self.forget()  # the others were made before the server went away, too
                finally:
                    self.give(kept)
            connection = self._connected()
            try:
                return use(connection)
            finally:
                self.give(connection)

    def take(self) -> Session:
        """A connection for longer than a call; ``give`` it back."""

        def alive(connection: Session) -> None:
            connection.execute("SELECT 1")

        self.call(alive)
        with translated(self._address):
            return self._kept() or self._connected()

    def give(self, connection: Session) -> None:
        """Take a connection back, to be used again if nothing is left open in it."""
        is_clean = connection.info.transaction_status is TransactionStatus.IDLE
        with self._lock:
            if is_clean and not self._is_closed and len(self._idle) < _KEPT:
                self._idle.append(connection)
                return
        _close(connection)

    def forget(self) -> None:
        """Close the connections that no call uses."""
        with self._lock:
            idle, self._idle = self._idle, []
        for connection in idle:
            _close(connection)

    def close(self) -> None:
        """Close them all; those in use when they are given back."""
        self._is_closed = True
        self.forget()

    def _kept(self) -> Session | None:
        with self._lock:
            if self._is_closed:
                raise StoreError(f"the connection to {self._address.shown} is closed")
            if self._process != os.getpid():  # a fork may neither use nor close its parent's
                self._process = os.getpid()
                self._parents, self._idle = self._idle, []
            return self._idle.pop() if self._idle else None

    def _connected(self) -> Session:
        connection = Session.connect(**self._address.parameters, autocommit=True)
        try:
            pid = connection.execute("SELECT pg_backend_pid()").fetchone()
            if pid != (connection.info.backend_pid,):
                connection.is_pooled, connection.prepare_threshold = True, None
            found = Extension.found(connection, self._address.shown)
            register(connection, found.vector, found.sparsevec)
        except BaseException:
            _close(connection)
            raise
        if self._extension != found:  # the tables that were made with it go on
            self._extension = found
        return connection


def _close(connection: Session) -> None:
    with contextlib.suppress(psycopg.Error):  # it may be dead already
        connection.close()
