"""``audio_fingerprint.match``: which recording a clip is part of, and where."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from towhee.errors import UsageError
from towhee.operators.base import Operator, short
from towhee.operators.topk import check_topk
from towhee.search.landmark_index import MIN_SHARE, LandmarkIndex
from towhee.types import AudioFingerprint, RecordingMatch


class AudioFingerprintMatch(Operator[AudioFingerprint, list[RecordingMatch]]):
    """For the fingerprint of a clip, the recordings that it is part of, the surest first.

    A stranger has none. Offsets are good to a few hundredths of a second.

    Args:
        data: the fingerprints of the recordings: a collection or a list.
        keys: what the recordings are called; the collection's own keys, or positions, if not given.
        topk: the most recordings to give.
        min_share: of the clip's landmarks that a recording has to have at one offset, 0 to 1;
            lower it for clips under heavy noise, and look at ``score`` then.

    Raises:
        UsageError: for arguments that cannot be, and values that are no fingerprints.

    Example:
        >>> import numpy as np
        >>> from towhee.operators.audio_fingerprint.landmarks import AudioFingerprintLandmarks
        >>> noise = np.random.default_rng(0).standard_normal(80000).astype(np.float32)
        >>> recording, clip = AudioFingerprintLandmarks().batch(
        ...     [(noise, 8000), (noise[32000:56000], 8000)]
        ... )
        >>> [match] = AudioFingerprintMatch([recording], keys=["noise.wav"])(clip)
        >>> match.key, round(match.offset, 1)
        ('noise.wav', 4.0)

    Source: Wang, 2003, https://www.ee.columbia.edu/~dpwe/papers/Wang03-shazam.pdf
    """

    def __init__(
        self,
        data: Iterable[AudioFingerprint],
        *,
        keys: Sequence[Any] | None = None,
        topk: int = 5,
        min_share: float = MIN_SHARE,
    ) -> None:
        if not isinstance(min_share, (int, float)) or not 0 <= min_share <= 1:
            raise UsageError(f"min_share is a number from 0 to 1, not {min_share!r}")
        if not hasattr(data, "__iter__"):
            raise UsageError(f"data is a collection of fingerprints, not {short(data)}")
        self._data, self._keys = data, keys
        self._topk, self._min_share = check_topk(topk), min_share
        self._index: LandmarkIndex | None = None

    def setup(self) -> None:
        """Compute the fingerprints of the collection, once."""
        keys: Sequence[Any] | None = self._keys
        data = self._data
        if keys is None and hasattr(data, "keys") and not getattr(data, "is_stream", False):
            keys = data.keys()  # before the elements: it makes a lazy collection keep its rows
        self._index = LandmarkIndex(list(data), keys)

    def batch(self, values: Sequence[AudioFingerprint]) -> list[list[RecordingMatch]]:
        """The matches of each value, in order."""
        assert self._index is not None
        search = self._index.search
        return [search(value, self._topk, min_share=self._min_share) for value in values]
