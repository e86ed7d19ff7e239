"""Recordings found by the landmarks of a part of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from towhee.errors import UsageError
from towhee.types import AudioFingerprint, RecordingMatch

MIN_SHARE = 0.045
"""Of a clip's landmarks. Clips of 6 seconds under noise as loud as they are, compressed, keep 0.05
and more; other music has 0.02 in common, and 0.042 where scale, tuning and beat are the same."""

_FEWEST_LANDMARKS = 6
_ODDS = 1e-6  # of a match by chance, in one search


class LandmarkIndex:
    """Finds which recordings a clip is part of, and where it begins in them.

    Landmarks that a clip and a recording have in common are counted for each offset in time: by
    chance they scatter over all offsets, and of the same sound they have the same.

    Args:
        fingerprints: of the recordings.
        keys: of the recordings; their positions if not given.

    Raises:
        UsageError: for what is no fingerprint, or keys of another number.

    Example:
        >>> hashes = np.arange(40, dtype=np.uint32)
        >>> times = np.arange(40, dtype=np.int32)
        >>> recording = AudioFingerprint(hashes, times, 0.5, duration=20.0)
        >>> clip = AudioFingerprint(hashes[20:], times[:20], 0.5, duration=10.0)
        >>> LandmarkIndex([recording], ["a.mp3"]).search(clip)
        [RecordingMatch(key='a.mp3', offset=10.0, landmarks=20, score=1.0)]
    """

    def __init__(
        self, fingerprints: Iterable[AudioFingerprint], keys: Sequence[Any] | None = None
    ) -> None:
        known = [_checked(each) for each in fingerprints]
        if keys is not None and len(keys) != len(known):
            raise UsageError(f"{len(keys)} keys were given for {len(known)} fingerprints")
        self._keys: Sequence[Any] = range(len(known)) if keys is None else keys
        self._steps = [int(each.duration / each.seconds_per_step) + 1 for each in known]
        hashes = np.concatenate([np.empty(0, np.uint32), *(each.hashes for each in known)])
        order = np.argsort(hashes, kind="stable")
        lengths = [len(each) for each in known]
        self._hashes = hashes[order]
        self._times = np.concatenate([np.empty(0, np.int32), *(e.times for e in known)])[order]
        self._recordings = np.repeat(np.arange(len(known)), lengths)[order]

    def __len__(self) -> int:
        return len(self._keys)

    def search(
        self, clip: AudioFingerprint, topk: int = 5, *, min_share: float = MIN_SHARE
    ) -> list[RecordingMatch]:
        """The recordings that the clip is part of, the surest first; none for a stranger.

        Args:
            clip: the fingerprint to look for.
            topk: the most recordings to give.
            min_share: of the clip's landmarks that have to be there, 0 to 1.
        """
        if isinstance(topk, bool) or not isinstance(topk, int) or topk < 1:
            raise UsageError(f"topk is a whole number of at least 1, not {topk!r}")
        recordings, offsets = self._coincidences(_checked(clip))
        found: list[RecordingMatch] = []
        searched = max(1, len(set(recordings.tolist())))
        for recording in np.unique(recordings).tolist():
            of_recording = offsets[recordings == recording]
            offset, votes = _most_frequent(of_recording)
            steps = self._steps[recording], int(clip.duration / clip.seconds_per_step)
            share = min(1.0, votes / len(clip))
            enough = votes >= _FEWEST_LANDMARKS and share >= min_share
            if enough and _is_no_chance(votes, len(of_recording), steps, searched):
                seconds = offset * clip.seconds_per_step
                found.append(RecordingMatch(self._keys[recording], seconds, votes, share))
        return sorted(found, key=lambda match: -match.landmarks)[:topk]

    def _coincidences(
        self, clip: AudioFingerprint
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
        """The recordings of all landmarks that the clip has too, and the offsets in between."""
        begins = np.searchsorted(self._hashes, clip.hashes, "left")
        counts = np.searchsorted(self._hashes, clip.hashes, "right") - begins
        within = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        places = np.repeat(begins, counts) + within
        return self._recordings[places], self._times[places] - np.repeat(clip.times, counts)


def _is_no_chance(votes: int, coincidences: int, steps: tuple[int, int], searched: int) -> bool:
    """Whether so many would hardly have one offset in common by chance.

    By chance, offsets at which recording and clip overlap the most are the most frequent, one in
    as many as the longer of the two has steps. The odds of a Poisson count are bounded by
    Chernoff's inequality.

    Args:
        votes: landmarks at two neighbouring offsets.
        coincidences: at all offsets.
        steps: of the recording and of the clip.
        searched: the number of recordings that have landmarks of the clip.
    """
    expected = 2 * coincidences / max(steps)
    if votes <= expected:
        return False
    tries = sum(steps) * searched
    return bool(votes * np.log(votes / expected) - votes + expected > np.log(tries / _ODDS))


def _most_frequent(offsets: npt.NDArray[np.int64]) -> tuple[float, int]:
    """The offset that most have, and how many; neighbours count together.

    A clip that begins between two steps has some landmarks on the one and some on the other.
    """
    values, counts = np.unique(offsets, return_counts=True)
    is_next = np.append(np.diff(values) == 1, False)
    nexts = np.append(counts[1:], 0) * is_next
    best = int(np.argmax(counts + nexts))
    votes = int(counts[best] + nexts[best])
    return float(values[best] + nexts[best] / votes), votes


def _checked(fingerprint: object) -> AudioFingerprint:
    if isinstance(fingerprint, AudioFingerprint):
        return fingerprint
    raise UsageError(
        f"a {type(fingerprint).__name__} is no AudioFingerprint; make one with "
        "audio_fingerprint.landmarks"
    )
