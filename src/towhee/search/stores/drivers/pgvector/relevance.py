"""The statements that search text and sparse vectors."""

from __future__ import annotations

from collections.abc import Sequence

from psycopg import sql

from towhee.search.filters import Expression
from towhee.search.stores.driver import Hit, Sparse
from towhee.search.stores.drivers.pgvector.conditions import Conditions
from towhee.search.stores.drivers.pgvector.connections import Session
from towhee.search.stores.drivers.pgvector.encoding import encoded_sparse
from towhee.search.stores.drivers.pgvector.layout import SPARSE, WORDS, Table, column
from towhee.search.stores.drivers.pgvector.searching import hit_of, listed
from towhee.search.stores.schema import KEY

# A query of all lexemes of a text, joined with "or", each quoted as the type tsquery wants it.
_RELEVANT = """
    WITH asked ("text.asked") AS MATERIALIZED (
        SELECT string_agg(quote || replace(replace(word, escape, escape || escape), quote,
            quote || quote) || quote, ' | ')::tsquery
        FROM unnest(tsvector_to_array(to_tsvector(({language})::regconfig, %(text)s::text)))
            AS lexemes (word), (SELECT chr(39), chr(92)) AS signs (quote, escape)
    )
    SELECT {key}, ts_rank({words}, "text.asked", 1)::double precision {fields}
    FROM {table}, asked {where} ORDER BY 2 DESC, 1 LIMIT %(topk)s
"""


def relevant(
    connection: Session,
    table: Table,
    query: str,
    topk: int,
    where: Expression | None,
    fields: Sequence[str],
) -> list[Hit]:
    """The rows with any of the words, by ``ts_rank`` over the length of their text.

    As BM25 does, it takes words that come again less and less into account and adds up those that
    differ; it does not know which words are rare. ``ts_rank_cd`` is for words that all have to
    be there.
    https://www.postgresql.org/docs/current/textsearch-controls.html#TEXTSEARCH-RANKING
    """
    conditions = Conditions(table.schema)
    statement = sql.SQL(_RELEVANT).format(
        language=_language(table),
        key=column(KEY),
        words=sql.Identifier(WORDS),
        fields=listed(fields),
        table=table.name,
        where=_also(sql.SQL('{} @@ "text.asked"').format(sql.Identifier(WORDS)), conditions, where),
    )
    given = {"text": query, "topk": topk, **conditions.parameters}
    rows = connection.cursor(binary=True).execute(statement, given).fetchall()
    return [hit_of(row, fields, True) for row in rows]


def similar(
    connection: Session,
    table: Table,
    query: Sparse,
    topk: int,
    where: Expression | None,
    fields: Sequence[str],
) -> list[Hit]:
    """The rows with the largest inner products that are not zero, all compared."""
    conditions = Conditions(table.schema)
    product = sql.SQL("({} {} %(query)s)").format(column(SPARSE), table.extension.operator("<#>"))
    statement = sql.SQL(
        "SELECT {key}, {product} {fields} FROM {table} {where} ORDER BY 2, 1 LIMIT %(topk)s"
    ).format(
        key=column(KEY),
        product=product,
        fields=listed(fields),
        table=table.name,
        where=_also(sql.SQL("{} <> 0").format(product), conditions, where),
    )
    given = {"query": encoded_sparse(query), "topk": topk, **conditions.parameters}
    rows = connection.cursor(binary=True).execute(statement, given).fetchall()
    return [hit_of(row, fields, False) for row in rows]


def _also(
    condition: sql.Composed, conditions: Conditions, where: Expression | None
) -> sql.Composable:
    if where is None:
        return sql.SQL("WHERE {}").format(condition)
    return sql.SQL("WHERE {} AND {}").format(condition, conditions.of(where))


def _language(table: Table) -> sql.Composed:
    """What says in which language the words are: a comment, written when the table was made."""
    return sql.SQL(
        "SELECT col_description(attrelid, attnum) FROM pg_attribute "
        "WHERE attrelid = {}::regclass AND attname = {}"
    ).format(sql.Literal(table.name.as_string(None)), sql.Literal(WORDS))
