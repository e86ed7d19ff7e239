"""What the columns and indexes of a collection are called within Milvus."""

from __future__ import annotations

from towhee.search.stores.schema import KEY, VECTOR

SPARSE = "sparse"
TEXT_SPARSE = "text_sparse"

# The words of the language of filters, and the columns that Milvus or Milvus Lite has for itself.
_WORDS = frozenset(
    {"and", "or", "not", "in", "like", "is", "null", "exists", "true", "false", "iso", "interval"}
    | {"json_contains", "json_contains_all", "json_contains_any", "array_length", "empty"}
    | {"array_contains", "array_contains_all", "array_contains_any", "random_sample"}
    | {"text_match", "phrase_match", "element_filter", "match_all", "match_any", "match_least"}
    | {"match_most", "match_exact", "st_equals", "st_touches", "st_overlaps", "st_crosses"}
    | {"st_contains", "st_intersects", "st_within", "st_dwithin", "st_isvalid"}
    | {"_seq", "_partition", "rowid", "timestamp"}
)


def column_name(name: str) -> str:
    """The column that a field is kept in: its name, with a low line behind a word of Milvus.

    Example:
        >>> column_name("year"), column_name("in"), column_name("in_")
        ('year', 'in_', 'in__')
    """
    return f"{name}_" if name.lower().rstrip("_") in _WORDS else name


def index_name(column: str) -> str:
    """The name of a column's index. Milvus Lite finds the column by it, so it is just this."""
    return f"{column}_idx"


__all__ = ["KEY", "SPARSE", "TEXT_SPARSE", "VECTOR", "column_name", "index_name"]
