"""Which rows a search may find: ``price < 10 and tags has "red"``."""

from towhee.search.filters.expression import (
    And,
    Comparison,
    Expression,
    Field,
    Has,
    In,
    IsNull,
    Leaf,
    Like,
    Operator,
    Or,
    Scalar,
    all_of,
    any_of,
)
from towhee.search.filters.like import Wildcard, is_like, pattern_parts
from towhee.search.filters.matching import matches
from towhee.search.filters.parser import KEY, parse_filter
from towhee.search.filters.text import as_text

__all__ = [
    "KEY",
    "And",
    "Comparison",
    "Expression",
    "Field",
    "Has",
    "In",
    "IsNull",
    "Leaf",
    "Like",
    "Operator",
    "Or",
    "Scalar",
    "Wildcard",
    "all_of",
    "any_of",
    "as_text",
    "is_like",
    "matches",
    "parse_filter",
    "pattern_parts",
]
