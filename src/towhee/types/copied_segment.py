"""A stretch of one video that is also in another."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CopiedSegment:
    """Where a stretch of a query is found in a reference; times in seconds.

    Attributes:
        query_start: of the first frame of the query that is copied.
        query_end: of the last.
        reference_start: of the first frame of the reference that is copied.
        reference_end: of the last.
        score: the mean cosine of the frames that correspond, at most 1.
    """

    query_start: float
    query_end: float
    reference_start: float
    reference_end: float
    score: float
