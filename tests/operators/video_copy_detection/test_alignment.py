"""Copied stretches are found where they are; strangers have none."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from filmed_photographs import GALLERY, Pixels, edited, film
from tiny_videos import video_bytes, write_video
from towhee import pipe, pipeline
from towhee.errors import DataError, OperatorError, UsageError
from towhee.functional import ops
from towhee.operators.video_copy_detection.alignment import AlignmentVideoCopyDetection
from towhee.operators.video_embedding.frames import FramesVideoEmbedding
from towhee.types import CopiedSegment, FrameVectors

RATE, STEP = 25, 0.5
REFERENCE = film(GALLERY[:10], 2 * RATE)  # twenty seconds


def detected(tmp_path: Path, query: list[Pixels], **how: Any) -> list[CopiedSegment]:
    """What the pipeline finds of a query, compressed hard, in the reference."""
    asked = write_video(tmp_path / "query.webm", query, "vp9", b="60k")
    return pipeline("video-copy-detection", **how)(str(asked), reference())


@functools.cache
def reference() -> bytes:
    """The film from which is copied."""
    return video_bytes(REFERENCE)


def near(seconds: float) -> Any:
    """To the distance of samples in the query and in the reference."""
    return pytest.approx(seconds, abs=2 * STEP + 1 / RATE)


def test_an_edited_clip_is_found_at_its_place(tmp_path: Path) -> None:
    start, end = 5.32, 14.2
    clip = edited(REFERENCE[round(start * RATE) : round(end * RATE)])
    (segment,) = detected(tmp_path, clip)
    assert segment.query_start == near(0)
    assert segment.query_end == near(end - start)
    assert segment.reference_start == near(start)
    assert segment.reference_end == near(end)
    assert 0.7 < segment.score < 1


def test_a_clip_inside_other_material_is_found_without_it(tmp_path: Path) -> None:
    others = film(GALLERY[20:24], RATE)
    query = [*others, *edited(REFERENCE[200:350]), *others[::-1]]
    (segment,) = detected(tmp_path, query)
    assert (segment.query_start, segment.query_end) == (near(4), near(10))
    assert (segment.reference_start, segment.reference_end) == (near(8), near(14))


def test_two_clips_in_another_order_are_two_segments(tmp_path: Path) -> None:
    query = edited([*REFERENCE[300:450], *REFERENCE[50:150]])
    first, second = detected(tmp_path, query)
    assert (first.query_start, first.query_end) == (near(0), near(6))
    assert (first.reference_start, first.reference_end) == (near(12), near(18))
    assert (second.query_start, second.query_end) == (near(6), near(10))
    assert (second.reference_start, second.reference_end) == (near(2), near(6))


@pytest.mark.parametrize("speed", [0.6, 1.7])
def test_a_clip_at_another_speed_is_found(speed: float, tmp_path: Path) -> None:
    places = np.arange(100, 400, speed).astype(int)
    (segment,) = detected(tmp_path, edited([REFERENCE[place] for place in places]))
    assert (segment.reference_start, segment.reference_end) == (near(4), near(16))
    assert segment.query_end == pytest.approx(12 / speed, abs=0.1 * 12 / speed)


@pytest.mark.parametrize("first", [10, 18, 26])
def test_strangers_have_nothing_in_common(first: int, tmp_path: Path) -> None:
    assert detected(tmp_path, film(GALLERY[first : first + 8], 2 * RATE)) == []


def test_the_same_video_backwards_is_no_copy_beyond_a_scene(tmp_path: Path) -> None:
    for segment in detected(tmp_path, REFERENCE[::-1]):
        assert segment.query_end - segment.query_start <= 2.5  # the length of a shot


def test_settings_of_the_pipeline_reach_both_videos(tmp_path: Path) -> None:
    how = {"video_decode": {"args": {"time_step": 1}}}
    (segment,) = detected(tmp_path, edited(REFERENCE[125:355]), **how)
    times = [segment.query_start, segment.query_end, segment.reference_start]
    assert [time % 1 for time in times] == pytest.approx([0, 0, 0])
    assert segment.reference_start == pytest.approx(5, abs=1.01)
    assert detected(tmp_path, edited(REFERENCE[125:355]), min_seconds=60) == []


def test_vectors_that_are_kept_are_compared_in_a_pipe() -> None:
    vectors = FramesVideoEmbedding(pooling="none")(REFERENCE[::12])
    compare = (
        pipe.input("query", "reference")
        .map(("query", "reference"), "segments", ops.video_copy_detection.alignment())
        .output("segments")
    )
    clip = FrameVectors(vectors.vectors[10:30], vectors.timestamps[:20])
    (segment,) = compare(clip, vectors).get()[0]
    assert (segment.query_start, segment.query_end) == (0, 19)
    assert (segment.reference_start, segment.reference_end) == (10, 29)
    assert segment.score == pytest.approx(1)


def test_random_vectors_are_aligned_as_a_slow_search_would() -> None:
    random = np.random.default_rng(0)
    for _ in range(20):
        film_vectors = random.standard_normal((40, 64)).astype(np.float32)
        film_vectors /= np.linalg.norm(film_vectors, axis=1, keepdims=True)
        start, count = int(random.integers(0, 25)), int(random.integers(6, 15))
        noisy = film_vectors[start : start + count] + 0.05 * random.standard_normal((count, 64))
        noisy /= np.linalg.norm(noisy, axis=1, keepdims=True)
        query = FrameVectors(noisy.astype(np.float32), np.arange(count) / 2)
        reference = FrameVectors(film_vectors, np.arange(40) / 2)
        (segment,) = AlignmentVideoCopyDetection()(query, reference)
        assert segment.query_end == (count - 1) / 2
        assert segment.reference_start == start / 2
        assert segment.reference_end == (start + count - 1) / 2


def test_what_cannot_be_compared_is_refused() -> None:
    vectors = FrameVectors(np.eye(4, dtype=np.float32), np.arange(4.0))
    other = FrameVectors(np.eye(5, dtype=np.float32), np.arange(5.0))
    compare = AlignmentVideoCopyDetection()
    with pytest.raises(UsageError, match="4 and 5 dimensions are of two models"):
        compare(vectors, other)
    with pytest.raises(DataError, match="pooling"):
        compare(vectors, np.eye(4))  # type: ignore[arg-type]  # what is tested
    for wrong in ({"min_similarity": 1}, {"min_seconds": -1}, {"topk": 0}):
        with pytest.raises(UsageError):
            AlignmentVideoCopyDetection(**wrong)  # type: ignore[arg-type]  # one of several types


def test_timestamps_that_do_not_fit_are_refused() -> None:
    with pytest.raises(UsageError, match="n timestamps"):
        FrameVectors(np.eye(3, dtype=np.float32), np.arange(2.0))
    with pytest.raises(UsageError, match="ascend"):
        FrameVectors(np.eye(3, dtype=np.float32), np.array([0.0, 2.0, 1.0]))


def test_the_query_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(OperatorError, match=r"none\.mp4 does not exist"):
        pipeline("video-copy-detection")(str(tmp_path / "none.mp4"), reference())
