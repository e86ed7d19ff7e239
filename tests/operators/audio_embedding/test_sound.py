"""A sound is the same to an operator in whatever form it comes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from audio_files import encoded, music
from towhee import AudioFrame
from towhee.errors import DataError
from towhee.operators.audio_decode.ffmpeg import FfmpegAudioDecode
from towhee.operators.audio_embedding.sound import as_sound, windows

SOUND = music(1, 0)


def test_every_form_of_a_sound_gives_the_same_samples() -> None:
    frame = AudioFrame(SOUND[None], 16000)
    parts = [AudioFrame(SOUND[None, i : i + 700], 16000, i / 16000) for i in range(0, 16000, 700)]
    for form in (frame, parts, tuple(parts), (SOUND, 16000), (SOUND[None], np.int64(16000))):
        assert np.array_equal(as_sound(form, 16000), SOUND)
    for form in ((SOUND.astype(np.float64), 16000), ((SOUND * 2**15).round().astype("<i2"), 16000)):
        assert np.abs(as_sound(form, 16000) - SOUND).max() < 1e-4


def test_channels_are_averaged() -> None:
    other = music(1, 1)
    assert (
        np.abs(as_sound((np.stack([SOUND, other]), 16000), 16000) - (SOUND + other) / 2).max()
        < 1e-6
    )


def test_a_sound_has_the_samples_that_decoding_at_that_rate_gives() -> None:
    file = encoded(SOUND, 16000, "flac")  # at 44.1 kHz
    later = as_sound(FfmpegAudioDecode()(file), 16000)
    at_once = FfmpegAudioDecode(sample_rate=16000)(file)[0]
    assert np.abs(later - at_once).max() < 1e-6


def test_resampling_keeps_tones_clean_and_lets_nothing_fold_back() -> None:
    times = np.arange(2 * 44100) / 44100
    low = as_sound((np.sin(2 * np.pi * 6000 * times), 44100), 16000)[500:-500]
    wanted = np.sin(2 * np.pi * 6000 * np.arange(32000) / 16000)[500:-500]
    assert 20 * np.log10(np.std(low - wanted) / np.std(wanted)) < -80
    high = as_sound((np.sin(2 * np.pi * 10000 * times), 44100), 16000)[500:-500]
    assert 20 * np.log10(np.std(high) / np.std(wanted)) < -90


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("a.wav", "is not a sound"),
        (b"RIFF", "is not a sound"),
        (SOUND, "is not a sound"),
        ([], "is not a sound"),
        ([SOUND, 16000, 3], "is not a sound"),
        ((SOUND[:0], 16000), "without samples"),
        ((np.array([0.0, np.nan]), 16000), "NaN or infinite"),
        ((np.array([0.0, np.inf]), 16000), "NaN or infinite"),
        ((SOUND, 0), "sample rate"),
        ((SOUND, 16000.0), "sample rate"),
        ((SOUND, "16000"), "sample rate"),
        ((SOUND[:1000, None], 16000), r"pass array\.T"),
        ((SOUND.astype(np.complex64), 16000), "is no sound"),
        ((SOUND.astype(np.uint8), 16000), "is no sound"),
        ((SOUND.reshape(2, 2, -1), 16000), "is no sound"),
        ([AudioFrame(SOUND[None], 16000), AudioFrame(SOUND[None], 8000)], "one rate"),
    ],
)
def test_what_is_no_sound_is_refused_in_a_sentence(value: Any, said: str) -> None:
    with pytest.raises(DataError, match=said):
        as_sound(value, 16000)


def test_windows_cover_a_sound_to_its_last_sample() -> None:
    for length in (99, 100, 101, 250, 300):
        parts = windows(np.arange(length, dtype=np.float32), 100, 100)
        assert {len(part) for part in parts} == {min(100, length)}
        assert {float(sample) for part in parts for sample in part} == set(range(length))
