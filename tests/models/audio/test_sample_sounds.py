"""The sounds on which backends are compared are many, unlike, and always the same."""

from __future__ import annotations

import numpy as np

from towhee.models.audio.sample_sounds import sample_sounds
from towhee.operators.audio_embedding.mfcc import MfccAudioEmbedding


def test_sounds_are_alike_in_nothing_but_their_length() -> None:
    sounds = sample_sounds(16000)
    assert {len(sound) for sound in sounds} == {4 * 16000}
    vectors = MfccAudioEmbedding().batch([(sound, 16000) for sound in sounds])
    cosines = (vectors @ vectors.T)[~np.eye(len(sounds), dtype=bool)]
    assert cosines.max() < 0.999
    assert cosines.mean() < 0.6


def test_sounds_are_computed_alike_every_time() -> None:
    again = sample_sounds.__wrapped__(8000)
    assert all(map(np.array_equal, again, sample_sounds(8000)))
