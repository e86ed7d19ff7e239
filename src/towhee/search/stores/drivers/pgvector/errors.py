"""What PostgreSQL says when it refuses, in towhee's words.

The codes: https://www.postgresql.org/docs/current/errcodes-appendix.html.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from towhee.errors import StoreError, StoreUnavailableError, one_line
from towhee.search.stores.drivers.pgvector.address import Address, without_secrets

# No connection; shut down, or starting; no connection left; deadlock.
_UNAVAILABLE = ("08", "57P", "53300", "40001", "40P01")
# A server that cannot be logged in to says no code that libpq would hand on.
_REFUSED_FOR_NOW = ("starting up", "shutting down", "recover", "too many", "connection slots")
_REMEDIES = {
    "53100": "has no room left on its disk; free some, and write again. What was written is safe",
    "53200": "has no memory left for it; give it more, or write smaller batches",
    "25006": "is read-only (a replica, or default_transaction_read_only); write to its primary",
    "42501": "does not permit it; ask its owner for the right (GRANT), or connect as another user",
    "57014": "stopped the call; allow it more time (statement_timeout)",
    "42P01": "has no longer what towhee made there",
    "42703": "has no longer the columns that towhee made there",
    "54000": "cannot hold as much in one row or query",
}


@contextmanager
def translated(address: Address) -> Iterator[None]:
    """Make errors of psycopg within the block those of a store.

    Raises:
        StoreUnavailableError: for what another try later may mend.
        StoreError: for the rest.
    """
    try:
        yield
    except psycopg.Error as error:
        raise store_error(error, address) from _without_password(error, address)


def store_error(error: Exception, address: Address) -> StoreError:
    """The error of a store for one of psycopg."""
    said = without_secrets(one_line(error, 300), address.secrets)
    where = f"PostgreSQL at {address.shown}"
    code = getattr(error, "sqlstate", None)
    if code is None:
        if isinstance(error, psycopg.OperationalError | psycopg.InterfaceError):
            if "FATAL" in said and not any(words in said for words in _REFUSED_FOR_NOW):
                return StoreError(f"{where} lets nobody in this way: {said}")
            return StoreUnavailableError(
                f"{where} does not answer: {said}. Is it running, and may it be reached from here?"
            )
        return StoreError(f"{where} was asked for what psycopg cannot say: {said}")
    if code == "55P03":
        return StoreUnavailableError(
            f"{where} cannot change what others are reading or writing ({said}): is there a loop "
            "over rows() that has not come to its end?"
        )
    if code.startswith(_UNAVAILABLE):
        return StoreUnavailableError(f"{where} cannot do it now: {said}")
    return StoreError(f"{where} {_REMEDIES.get(code, 'refuses')}: {said}")


def _without_password(error: Exception, address: Address) -> Exception | None:
    """The error as a cause to show, unless it tells the password."""
    text = str(error)
    return error if without_secrets(text, address.secrets) == text else None
