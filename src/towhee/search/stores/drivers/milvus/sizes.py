"""How much Milvus takes and gives in one message."""

from __future__ import annotations

from towhee.search.stores.driver import RowBatch
from towhee.search.stores.schema import CollectionSchema

MOST_ROWS = 16_384
"""Rows of one answer."""

_BYTES = 32 * 2**20  # servers take messages of 64 MiB
_BYTES_BESIDES = 512  # of a row, for its key and small columns
_BYTES_OF_EACH = {"string": 2, "strings": 64, "integers": 10, "floats": 10}


def rows_in_write(schema: CollectionSchema, rows: RowBatch) -> int:
    """How many of some rows go into one message: all of them, unless they are very large."""
    besides = 0
    for name, kind in schema.stored_fields.items():
        if kind in _BYTES_OF_EACH:
            lengths = (len(value) for value in rows.payload[name] if value is not None)
            besides += _BYTES_OF_EACH[kind] * sum(lengths)
    bytes_in_row = 4 * schema.dimension + _BYTES_BESIDES + besides // max(1, len(rows))
    return max(1, _BYTES // bytes_in_row)


def rows_in_answer(schema: CollectionSchema) -> int:
    """How many rows are asked for at once."""
    return max(1, min(MOST_ROWS, _BYTES // (4 * schema.dimension + _BYTES_BESIDES)))
