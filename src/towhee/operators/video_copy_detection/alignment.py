"""``video_copy_detection.alignment``: stretches that two videos have in common."""

from __future__ import annotations

from collections.abc import Sequence

from towhee.errors import DataError, UsageError
from towhee.operators.base import Operator, short
from towhee.operators.topk import check_topk
from towhee.operators.video_copy_detection.paths import best_paths
from towhee.types import CopiedSegment, FrameVectors


class AlignmentVideoCopyDetection(Operator[FrameVectors, list[CopiedSegment]]):
    """Find what a query video and a reference video have in common, and where in each.

    Two values: the ``FrameVectors`` of the query and of the reference, as
    ``video_embedding.frames`` gives them with ``pooling="none"``. Frames that look alike are strung
    together as long as both videos go forward, which finds a clip that was cut out, cropped,
    compressed anew, slowed down or sped up to half and double. Times are as exact as the frames are
    dense.

    A blank frame looks like any other blank frame; stretches of nothing but black are found too.

    Args:
        min_similarity: the cosine from which two frames count as alike. The default suits the
            model inside the package, of whose frames of different content hardly any come near it;
            with another model, look at the cosines of videos that have nothing in common.
        min_seconds: shorter stretches are left out.
        topk: the most segments to give.

    Raises:
        UsageError: for arguments that cannot be, and vectors of different models.

    Example:
        >>> import numpy as np
        >>> vectors = np.eye(6, dtype=np.float32)
        >>> film = FrameVectors(vectors, np.arange(6.0))
        >>> clip = FrameVectors(vectors[2:], np.arange(4.0))
        >>> AlignmentVideoCopyDetection().batch([clip], [film])
        [[CopiedSegment(query_start=0.0, query_end=3.0, reference_start=2.0, reference_end=5.0, \
score=1.0)]]

    Source: after Tan et al., 2009, https://doi.org/10.1145/1631272.1631295
    """

    placement = "threads"

    def __init__(
        self, *, min_similarity: float = 0.6, min_seconds: float = 2.0, topk: int = 10
    ) -> None:
        if not -1 < min_similarity < 1:
            raise UsageError(f"min_similarity is a cosine below 1, not {min_similarity!r}")
        if not 0 <= min_seconds < float("inf"):
            raise UsageError(f"min_seconds is a number of seconds from 0, not {min_seconds!r}")
        self._min_similarity, self._min_seconds = min_similarity, min_seconds
        self._topk = check_topk(topk)

    def __call__(  # type: ignore[override]  # of two values, as batch() is of two columns
        self, query: FrameVectors, reference: FrameVectors
    ) -> list[CopiedSegment]:
        """The segments, the longest match first."""
        return self.batch([query], [reference])[0]

    def batch(  # type: ignore[override]  # several inputs come as several sequences
        self, queries: Sequence[FrameVectors], references: Sequence[FrameVectors]
    ) -> list[list[CopiedSegment]]:
        """For each pair of videos the segments, the longest match first; none for strangers."""
        return [
            self._segments(query, reference)
            for query, reference in zip(queries, references, strict=True)
        ]

    def _segments(self, query: FrameVectors, reference: FrameVectors) -> list[CopiedSegment]:
        for each in (query, reference):
            if not isinstance(each, FrameVectors):
                raise DataError(
                    f"{short(each)} is no FrameVectors; video_embedding.frames makes them with "
                    'pooling="none"'
                )
        if query.vectors.shape[1] != reference.vectors.shape[1]:
            raise UsageError(
                f"vectors of {query.vectors.shape[1]} and {reference.vectors.shape[1]} dimensions "
                "are of two models; embed both videos with the same"
            )
        similarity = query.vectors @ reference.vectors.T
        found = []
        for path in best_paths(similarity - self._min_similarity, self._topk):
            rows, columns = path[:, 0], path[:, 1]
            segment = CopiedSegment(
                query_start=float(query.timestamps[rows[0]]),
                query_end=float(query.timestamps[rows[-1]]),
                reference_start=float(reference.timestamps[columns[0]]),
                reference_end=float(reference.timestamps[columns[-1]]),
                score=float(similarity[rows, columns].mean()),
            )
            if segment.query_end - segment.query_start >= self._min_seconds:
                found.append(segment)
        return found
