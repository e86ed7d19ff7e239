"""Landmarks vote for a recording and an offset, and chance does not win."""

from __future__ import annotations

import numpy as np
import pytest

from towhee.errors import UsageError
from towhee.search.landmark_index import LandmarkIndex
from towhee.types import AudioFingerprint

STEP = 0.032


def fingerprint(hashes: np.ndarray, times: np.ndarray, steps: int = 1000) -> AudioFingerprint:
    return AudioFingerprint(
        hashes.astype(np.uint32), times.astype(np.int32), STEP, duration=steps * STEP
    )


def random_fingerprint(seed: int, landmarks: int = 3000, *, kinds: int = 2**20) -> AudioFingerprint:
    random = np.random.default_rng(seed)
    times = np.sort(random.integers(0, 1000, landmarks))
    return fingerprint(random.integers(0, kinds, landmarks), times)


def excerpt(whole: AudioFingerprint, begin: int, end: int, share: float = 1.0) -> AudioFingerprint:
    """The landmarks between two steps; of these a share, and others in place of the rest."""
    is_inside = (whole.times >= begin) & (whole.times < end)
    random = np.random.default_rng(0)
    hashes = whole.hashes[is_inside].copy()
    lost = random.random(len(hashes)) >= share
    hashes[lost] = random.integers(2**20, 2**21, int(lost.sum()))
    return fingerprint(hashes, whole.times[is_inside] - begin, end - begin)


GALLERY = [random_fingerprint(seed) for seed in range(20)]


def test_an_excerpt_is_found_at_its_offset_with_all_its_landmarks() -> None:
    index = LandmarkIndex(GALLERY, [f"song {n}" for n in range(20)])
    clip = excerpt(GALLERY[7], 400, 600)
    [match] = index.search(clip)
    assert (match.key, match.landmarks, match.score) == ("song 7", len(clip), 1.0)
    assert match.offset == pytest.approx(400 * STEP)


@pytest.mark.parametrize("share", [0.5, 0.2, 0.08])
def test_the_share_that_is_left_is_told(share: float) -> None:
    [match] = LandmarkIndex(GALLERY).search(excerpt(GALLERY[3], 0, 500, share))
    assert match.key == 3
    assert match.score == pytest.approx(share, abs=0.03)


def test_landmarks_that_are_common_to_all_prove_nothing() -> None:
    """Only 40 kinds of landmarks: everything coincides with everything, at every offset."""
    gallery = [random_fingerprint(seed, kinds=40) for seed in range(5)]
    index = LandmarkIndex(gallery)
    stranger = random_fingerprint(99, 600, kinds=40)
    assert index.search(stranger, min_share=0.0) == []
    assert [match.key for match in index.search(excerpt(gallery[2], 100, 300))] == [2]


def test_an_offset_between_two_steps_counts_on_both_sides() -> None:
    clip = excerpt(GALLERY[0], 400, 600)
    late = np.arange(len(clip)) % 2
    between = fingerprint(clip.hashes, clip.times + late, 200)
    [match] = LandmarkIndex(GALLERY).search(between)
    assert match.landmarks == len(clip)
    assert match.offset == pytest.approx(399.5 * STEP, abs=STEP / 4)


def test_the_surest_come_first_and_no_more_than_asked_for() -> None:
    parts = [excerpt(GALLERY[n], 0, 300, share) for n, share in ((4, 0.3), (5, 0.9), (6, 0.6))]
    mixed = fingerprint(
        np.concatenate([part.hashes for part in parts]),
        np.concatenate([part.times for part in parts]),
        300,
    )
    index = LandmarkIndex(GALLERY)
    assert [match.key for match in index.search(mixed)] == [5, 6, 4]
    assert [match.key for match in index.search(mixed, topk=2)] == [5, 6]


def test_nothing_is_found_in_nothing_and_of_nothing() -> None:
    nothing = fingerprint(np.empty(0), np.empty(0), 0)
    assert LandmarkIndex([]).search(GALLERY[0]) == []
    assert LandmarkIndex([nothing]).search(GALLERY[0]) == []
    assert LandmarkIndex(GALLERY).search(nothing) == []


def test_what_cannot_be_searched_is_refused() -> None:
    index = LandmarkIndex(GALLERY)
    with pytest.raises(UsageError, match="is no AudioFingerprint"):
        index.search(GALLERY[0].hashes)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="topk is a whole number"):
        index.search(GALLERY[0], topk=0)
    with pytest.raises(UsageError, match="1 keys were given for 20 fingerprints"):
        LandmarkIndex(GALLERY, ["one"])
