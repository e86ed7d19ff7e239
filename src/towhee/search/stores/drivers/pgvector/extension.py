"""The extension pgvector in a database: where it is, and what its things are called."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from psycopg import Connection, errors, sql
from psycopg.types import TypeInfo

from towhee.errors import StoreError, one_line

LOCK = 0x746F77686565
"""Of those who make schemas and extensions at the same time: "towhee" in ASCII."""

_OLDEST = (0, 8)
_FIND = """
    SELECT n.nspname, e.extversion, dense.oid, dense.typarray, sparse.oid, sparse.typarray
    FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
        LEFT JOIN pg_type dense ON dense.typname = 'vector' AND dense.typnamespace = n.oid
        LEFT JOIN pg_type sparse ON sparse.typname = 'sparsevec' AND sparse.typnamespace = n.oid
    WHERE e.extname = 'vector'
"""


@dataclass(frozen=True, slots=True)
class Extension:
    """pgvector as a database has it.

    Attributes:
        schema: that it was installed in; the search path need not lead there.
        vector: its type of dense vectors.
        sparsevec: its type of sparse vectors.
    """

    schema: str
    vector: TypeInfo = field(compare=False)
    sparsevec: TypeInfo = field(compare=False)

    @classmethod
    def found(cls, connection: Connection[Any], shown: str) -> Extension:
        """The extension of a database, installed if it is not.

        Raises:
            StoreError: if it cannot be, or is too old.
        """
        row = connection.execute(_FIND).fetchone()
        if row is None:
            _install(connection, shown)
            row = connection.execute(_FIND).fetchone()
        if row is None:
            raise StoreError(f"PostgreSQL at {shown} lost the extension pgvector; connect anew")
        schema, version, *numbers = row
        if tuple(int(part) for part in version.split(".")[:2] if part.isdigit()) < _OLDEST:
            raise StoreError(
                f"PostgreSQL at {shown} has pgvector {version}, and 0.8 is needed: update it, "
                "then let its owner say ALTER EXTENSION vector UPDATE"
            )
        vector, vectors, sparsevec, sparsevecs = numbers
        return cls(
            schema,
            TypeInfo("vector", vector, vectors),
            TypeInfo("sparsevec", sparsevec, sparsevecs),
        )

    def operator(self, sign: Literal["<->", "<#>"]) -> sql.Composed:
        """The distance, wherever the search path leads."""
        return sql.SQL("OPERATOR({}.{})").format(sql.Identifier(self.schema), sql.SQL(sign))

    def named(self, name: str) -> sql.Composed:
        """A type or a class of operators."""
        return sql.SQL("{}").format(sql.Identifier(self.schema, name))


def _install(connection: Connection[Any], shown: str) -> None:
    try:
        with connection.transaction():
            connection.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK,))
            connection.execute("CREATE EXTENSION IF NOT EXISTS vector")
    except (errors.FeatureNotSupported, errors.UndefinedFile) as error:
        raise StoreError(
            f"PostgreSQL at {shown} has no pgvector: install it on the server "
            "(https://github.com/pgvector/pgvector#installation), or use a server that has it"
        ) from error
    except (errors.InsufficientPrivilege, errors.ReadOnlySqlTransaction) as error:
        raise StoreError(
            f"the database at {shown} does not have the extension pgvector yet, and this user may "
            f"not add it ({one_line(error)}); let its owner say CREATE EXTENSION vector"
        ) from error
