"""Candidates of an index that quantises, compared once more with the vectors themselves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from towhee.search.stores.driver import Vectors
from towhee.search.stores.drivers.milvus.naming import VECTOR
from towhee.search.stores.schema import CollectionSchema


def compared_exactly(
    schema: CollectionSchema, query: Vectors, rows: Sequence[Any]
) -> list[dict[str, Any]]:
    """Rows that a search found with their vectors, by their exact distance, nearest first."""
    if not rows:
        return []
    vectors = np.asarray([row["entity"][VECTOR] for row in rows], np.float32)
    if schema.similarity == "L2":
        distances = np.square(vectors - query).sum(axis=1)
        order = np.argsort(distances, kind="stable")
    else:
        distances = vectors @ query
        order = np.argsort(-distances, kind="stable")
    return [{**dict(rows[n]), "distance": float(distances[n])} for n in order.tolist()]
