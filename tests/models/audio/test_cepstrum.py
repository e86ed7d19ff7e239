"""Cepstral coefficients are librosa's, and those that transformers' audio functions give."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.fft

from audio_files import music
from towhee.models.audio.cepstrum import mfcc
from towhee.models.audio.spectrum import magnitudes, mel_filters
from towhee.models.transformers.importing import import_transformers

TIMES = np.arange(16000) / 16000
SWEEP = (
    0.5 * np.sin(2 * np.pi * (200 * TIMES + 900 * TIMES**2))
    + 0.1 * np.sin(2 * np.pi * 3000 * TIMES) * np.cos(2 * np.pi * 3 * TIMES)
).astype(np.float32)

# librosa 0.11: librosa.feature.mfcc(y=SWEEP, sr=16000, n_mfcc=..., n_mels=40, n_fft=512,
# win_length=400, hop_length=160), frames 0, 50 and 100; with lifter=22 in the second.
OF_LIBROSA = [
    [-167.995, 58.190, 45.542, 56.633, -18.681],
    [-309.668, 20.786, -63.133, -43.297, -45.148],
    [-106.277, 17.394, -43.439, 19.191, 8.644],
]
OF_LIBROSA_LIFTERED = [
    [-430.985, 238.526, 253.649, 393.435, -153.252],
    [-794.441, 85.204, -351.624, -300.787, -370.366],
    [-272.651, 71.299, -241.935, 133.324, 70.910],
]


def test_coefficients_are_those_of_librosa() -> None:
    assert np.abs(mfcc(SWEEP, 16000, 5)[[0, 50, 100]] - OF_LIBROSA).max() < 1e-3
    liftered = mfcc(SWEEP, 16000, 5, lifter=22)[[0, 50, 100]]
    assert np.abs(liftered - OF_LIBROSA_LIFTERED).max() < 1e-2


@pytest.mark.parametrize("sample_rate", [8000, 16000, 44100])
def test_coefficients_are_those_of_the_audio_functions_of_transformers(sample_rate: int) -> None:
    import_transformers()
    from transformers import audio_utils

    sound = music(1.5, 3, sample_rate=sample_rate)
    frame, hop = int(0.025 * sample_rate), sample_rate // 100
    bins = audio_utils.optimal_fft_length(frame)
    filters = audio_utils.mel_filter_bank(
        bins // 2 + 1, 40, 0, sample_rate / 2, sample_rate, norm="slaney", mel_scale="slaney"
    )
    padded = np.pad(audio_utils.window_function(frame, "hann"), (bins - frame) // 2)
    window = np.pad(padded, (0, bins - len(padded)))
    decibels = audio_utils.spectrogram(
        sound, window, bins, hop, power=2.0, pad_mode="constant", mel_filters=filters,
        log_mel="dB", db_range=80.0, dtype=np.float64,
    )  # fmt: skip
    theirs = scipy.fft.dct(decibels, axis=0, norm="ortho")[:20].T
    ours = mfcc(sound, sample_rate, 20)
    assert ours.shape == theirs.shape
    assert np.abs(ours - theirs).max() < 1e-3 * np.abs(theirs).max()
    assert np.abs(ours - theirs).mean() < 1e-5 * np.abs(theirs).max()


@pytest.mark.parametrize(
    ("scale", "theirs"),
    [
        ("slaney", {"norm": "slaney", "mel_scale": "slaney"}),
        ("htk", {"mel_scale": "kaldi", "triangularize_in_mel_space": True}),
    ],
)
def test_filters_are_those_of_transformers(scale: str, theirs: dict[str, object]) -> None:
    import_transformers()
    from transformers.audio_utils import mel_filter_bank

    ours = mel_filters(64, bins=512, sample_rate=16000, lowest=125, highest=7500, scale=scale)
    assert np.abs(ours - mel_filter_bank(257, 64, 125, 7500, 16000, **theirs)).max() < 1e-12


def test_a_tone_is_loudest_in_its_bin() -> None:
    tone = np.sin(2 * np.pi * 1000 * TIMES).astype(np.float32)
    found = magnitudes(tone, frame=512, hop=160, bins=512)
    assert set(found.argmax(axis=1).tolist()) == {32}
    assert len(found) == 1 + (16000 - 512) // 160
    assert len(magnitudes(tone[:100], frame=512, hop=160, bins=512)) == 0
