"""Queries of LanceDB, and what they find."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from towhee.search.filters import Expression
from towhee.search.stores.driver import Hit, Vectors
from towhee.search.stores.drivers.lancedb import rows
from towhee.search.stores.drivers.lancedb.filters import condition
from towhee.search.stores.schema import KEY, VECTOR, CollectionSchema

if TYPE_CHECKING:
    from lancedb import AsyncTable


def nearest(table: AsyncTable, schema: CollectionSchema, queries: Vectors, topk: int) -> Any:
    """A query for the rows nearest to each of some vectors; all share one reading of the table."""
    query = table.query().nearest_to(queries if len(queries) > 1 else queries[0])
    return query.column(VECTOR).distance_type(_distance(schema)).limit(topk)


def relevant(table: AsyncTable, column: str, words: str, topk: int) -> Any:
    """A query for the rows most relevant to words, none of which is an operator."""
    from lancedb.query import MatchQuery

    matched = MatchQuery(words, column)  # type: ignore[call-arg]  # the others have defaults
    return table.query().nearest_to_text(matched).limit(topk)


def filtered(query: Any, schema: CollectionSchema, where: Expression | None) -> Any:
    """A query for the rows alone for which a filter holds."""
    return query if where is None else query.where(condition(schema, where))


def columns(fields: Sequence[str], more: str | None) -> list[str]:
    """The columns of some fields, of the key, and one more."""
    found = [KEY, *map(rows.column_of, fields)]
    return found if more is None else [*found, more]


def by_query(
    schema: CollectionSchema, table: Any, count: int, fields: Sequence[str]
) -> list[list[Hit]]:
    """What was found for each query, nearest first."""
    if count == 1:
        table = table.sort_by([(rows.DISTANCE, "ascending")])
        return [rows.as_hits(schema, table, fields, rows.scores_of(schema, table))]
    table = table.sort_by([(rows.QUERY, "ascending"), (rows.DISTANCE, "ascending")])
    hits = rows.as_hits(schema, table, fields, rows.scores_of(schema, table))
    found: list[list[Hit]] = [[] for _ in range(count)]
    for place, hit in zip(table[rows.QUERY].to_pylist(), hits, strict=True):
        found[place].append(hit)
    return found


def by_relevance(schema: CollectionSchema, table: Any, fields: Sequence[str]) -> list[Hit]:
    """What words found, most relevant first."""
    table = table.sort_by([(rows.RELEVANCE, "descending"), (KEY, "ascending")])
    return rows.as_hits(schema, table, fields, table[rows.RELEVANCE].to_pylist())


def _distance(schema: CollectionSchema) -> str:
    return "l2" if schema.similarity == "L2" else "dot"
