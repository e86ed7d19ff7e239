"""How a collection is laid out: a table, its columns, and the statements that make it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Literal

from psycopg import sql

from towhee.errors import UsageError
from towhee.search.field_types import FieldType
from towhee.search.stores.drivers.pgvector.encoding import SPARSE_DIMENSION
from towhee.search.stores.drivers.pgvector.extension import Extension
from towhee.search.stores.schema import KEY, PARENT, VECTOR, CollectionSchema, IndexSpec

SPARSE = "sparse"
WORDS = "text.words"

LONGEST = 16_000
LONGEST_INDEXED = 2_000
LONGEST_INDEXED_IN_HALVES = 4_000

# A tsvector has a megabyte at most; no text of that many characters makes a longer one.
_SEARCHED_CHARACTERS = 100_000
_PAGE = 8160
_SYSTEM_COLUMNS = frozenset({"tableoid", "xmin", "cmin", "xmax", "cmax", "ctid"})
_TYPES: dict[FieldType, str] = {
    "string": 'text COLLATE "C"',
    "integer": "bigint",
    "float": "double precision",
    "boolean": "boolean",
    "time": "timestamptz",
    "strings": 'text[] COLLATE "C"',
    "integers": "bigint[]",
    "floats": "double precision[]",
    "json": "json",  # jsonb would make the float 1e20 an integer, and -0.0 a zero
}
_RANGES = {"m": (2, 100), "ef_construction": (4, 1000), "nlist": (1, 32768)}


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """The table of a collection; each is one of its own, so that statements can be kept for it.

    Attributes:
        namespace: the schema of PostgreSQL that it is in.
        schema: what it holds.
        extension: that its vectors are of.
    """

    namespace: str
    schema: CollectionSchema
    extension: Extension

    @property
    def name(self) -> sql.Identifier:
        """Of the table."""
        return sql.Identifier(self.namespace, self.schema.name)

    @property
    def written(self) -> list[sql.Identifier]:
        """The columns that a row is written to, in their order."""
        sparse = [SPARSE] if self.schema.sparse else []
        return [column(name) for name in (KEY, VECTOR, *sparse, *self.schema.stored_fields)]

    @property
    def distance(self) -> sql.Composed:
        """The operator by which a smaller number is nearer."""
        return self.extension.operator("<->" if self.schema.similarity == "L2" else "<#>")

    def index_name(self, of: Literal["key", "vector", "words", "parent"]) -> str:
        """Of an index; no collection can have it, as it has dots in it."""
        digest = hashlib.sha256(self.schema.name.encode()).hexdigest()[:12]
        return f"{self.schema.name[:40]}.{digest}.{of}"

    def making(self, language: str) -> list[sql.Composed]:
        """The statements that make the table, without the index of its vectors.

        Raises:
            UsageError: for vectors that are too long.
        """
        dimension = self.schema.dimension
        if dimension > LONGEST:
            raise UsageError(
                f"pgvector keeps vectors of at most {LONGEST:,} numbers, not {dimension:,}; use "
                "another store"
            )
        columns = [
            sql.SQL('{} text COLLATE "C" CONSTRAINT {} PRIMARY KEY').format(
                column(KEY), sql.Identifier(self.index_name("key"))
            ),
            sql.SQL("{} {}({}) NOT NULL").format(
                column(VECTOR), self.extension.named("vector"), sql.Literal(dimension)
            ),
        ]
        if self.schema.sparse:
            columns.append(
                sql.SQL("{} {}({})").format(
                    column(SPARSE),
                    self.extension.named("sparsevec"),
                    sql.Literal(SPARSE_DIMENSION),
                )
            )
        for name, kind in self.schema.stored_fields.items():
            columns.append(sql.SQL("{} {}").format(column(name), sql.SQL(_TYPES[kind])))
        if self.schema.text is not None:
            columns.append(self._words_column(self.schema.text, language))
        statements = [
            sql.SQL("CREATE TABLE {} ({}) WITH (toast_tuple_target = {})").format(
                self.name, sql.SQL(", ").join(columns), sql.Literal(self._inline_bytes())
            ),
        ]
        if 4 * dimension < _PAGE:
            statements.append(
                sql.SQL("ALTER TABLE {} ALTER COLUMN {} SET STORAGE MAIN").format(
                    self.name, column(VECTOR)
                )
            )
        if self.schema.text is not None:
            words = sql.Identifier(WORDS)
            statements += [
                sql.SQL("CREATE INDEX {} ON {} USING gin ({})").format(
                    sql.Identifier(self.index_name("words")), self.name, words
                ),
                sql.SQL("COMMENT ON COLUMN {}.{} IS {}").format(
                    self.name, words, sql.Literal(language)
                ),
            ]
        if self.schema.multi:
            statements.append(
                sql.SQL("CREATE INDEX {} ON {} ({})").format(
                    sql.Identifier(self.index_name("parent")), self.name, column(PARENT)
                )
            )
        return statements

    def _words_column(self, text: str, language: str) -> sql.Composed:
        return sql.SQL(
            "{} tsvector GENERATED ALWAYS AS (to_tsvector({}::regconfig, left({}, {}))) STORED"
        ).format(
            sql.Identifier(WORDS),
            sql.Literal(language),
            column(text),
            sql.Literal(_SEARCHED_CHARACTERS),
        )

    def _inline_bytes(self) -> int:
        """How long a row is before its texts move elsewhere, so that a vector need not.

        A vector that is read with its row is compared twice as quickly as one that is looked up.
        """
        return min(_PAGE, max(2032, 4 * self.schema.dimension + 600))

    def index_making(self, index: IndexSpec, lists: int) -> sql.Composed | None:
        """The statement that makes the index of the vectors, ``None`` for a flat one.

        Args:
            index: its kind.
            lists: how many an ``"ivf_flat"`` has whose ``nlist`` is not given.

        Raises:
            UsageError: for what pgvector cannot index.
        """
        if index.kind == "flat":
            return None
        for name, value in index.build.items():
            low, high = _RANGES[name]
            if not low <= value <= high:
                raise UsageError(f"pgvector takes {name} from {low} to {high:,}, not {value:,}")
        if index.kind == "hnsw":
            method, m = "hnsw", index.build.get("m", 16)
            effort = index.build.get("ef_construction", max(64, 2 * m))
            if effort < 2 * m:
                raise UsageError(
                    f"pgvector takes ef_construction from twice m, which is {2 * m}, not {effort}"
                )
            options = {"m": m, "ef_construction": effort}
        else:
            method, options = "ivfflat", {"lists": index.build.get("nlist", lists)}
        kind = "halfvec" if self.is_indexed_in_halves else "vector"
        family = "l2" if self.schema.similarity == "L2" else "ip"
        return sql.SQL("CREATE INDEX {} ON {} USING {} (({}) {}) WITH ({})").format(
            sql.Identifier(self.index_name("vector")),
            self.name,
            sql.SQL(method),
            self.indexed,
            self.extension.named(f"{kind}_{family}_ops"),
            sql.SQL(", ").join(
                sql.SQL("{} = {}").format(sql.SQL(name), sql.Literal(value))
                for name, value in options.items()
            ),
        )

    @property
    def is_indexed_in_halves(self) -> bool:
        """Whether the index keeps 16-bit floats, as it does of vectors too long for it.

        Raises:
            UsageError: if they are too long even then.
        """
        if self.schema.dimension > LONGEST_INDEXED_IN_HALVES:
            raise UsageError(
                f"pgvector indexes vectors of at most {LONGEST_INDEXED_IN_HALVES:,} numbers, not "
                f"{self.schema.dimension:,}; use index='flat', or another store"
            )
        return self.schema.dimension > LONGEST_INDEXED

    @property
    def indexed(self) -> sql.Composed:
        """What the index is of."""
        return self.as_indexed(column(VECTOR))

    def as_indexed(self, vector: sql.Composable) -> sql.Composed:
        """A vector as it is compared in the index."""
        if not self.is_indexed_in_halves:
            return sql.SQL("{}").format(vector)
        return sql.SQL("{}::{}({})").format(
            vector, self.extension.named("halfvec"), sql.Literal(self.schema.dimension)
        )


def column(name: str) -> sql.Identifier:
    """A column by its name in the schema; PostgreSQL keeps a few names for itself."""
    return sql.Identifier(f"{name}." if name in _SYSTEM_COLUMNS else name)
