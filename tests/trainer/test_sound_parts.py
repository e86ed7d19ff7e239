"""Sounds in training: outlines, changes that leave them what they are, batches of any length."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from gliding_tones import gliding_tones
from tiny_audio import glide
from towhee.models.audio.cepstrum import band_filters, cosines, mfcc, power_spectrum
from towhee.models.audio.outline import WINDOW, outline_windows, sound_outline
from towhee.trainer.outline_changes import CHANGES, Changes, changed_outline
from towhee.trainer.outline_rows import OutlineRows
from towhee.trainer.sound_batches import SoundVectors, collated_sounds
from towhee.trainer.sound_changes import SOUND_CHANGES, changed_sound

RATE = 16000


def test_an_outline_is_the_coefficients_turned_back_into_bands() -> None:
    sound = glide(0.8)
    loudest = (mfcc(sound, RATE, 40) @ cosines(40)).max()  # 40 of 40 bands lose nothing
    bands = mfcc(sound, RATE, 13) @ cosines(13)
    np.testing.assert_allclose(
        sound_outline(sound, RATE, 13), 1 + (bands - loudest) / 40, atol=1e-5
    )
    whole = sound_outline(sound, RATE, 40)
    assert whole.max() == pytest.approx(1)
    assert whole.min() >= -1 - 1e-5


def test_windows_cover_a_long_outline_and_surround_a_short_one_with_silence() -> None:
    long = np.arange(2.5 * WINDOW)[:, None].repeat(40, 1).astype(np.float32)
    windows = outline_windows(long)
    assert [int(window[0, 0]) for window in windows] == [0, WINDOW, int(1.5 * WINDOW)]
    (short,) = outline_windows(long[10:14])
    assert (short == -1).all(axis=1).sum() == WINDOW - 4
    assert short.max() == 13


def test_a_warp_moves_a_tone_by_its_factor() -> None:
    filters, random = band_filters(RATE), np.random.default_rng(0)
    tone = glide(0.9, start=1000, end=1000)
    power = power_spectrum(tone, RATE).astype(np.float32)
    centres = filters.T @ np.arange(len(filters)) / filters.sum(0)
    moved = []
    for _ in range(40):
        seen = changed_outline(power, filters, 40, Changes(warp=0.2), random)
        loud = seen[np.argmax(seen.max(1))]
        moved.append(centres[loud.argmax()] * RATE / 2 / (len(filters) - 1))
    # Up to a factor of exp(0.2) either way; a band here is 70 Hz wide.
    assert min(moved) == pytest.approx(1000 / np.exp(0.2), abs=80)
    assert max(moved) == pytest.approx(1000 * np.exp(0.2), abs=80)


@pytest.mark.parametrize("augment", list(CHANGES))
def test_changes_depend_on_seed_epoch_and_place_alone(augment: str) -> None:
    data = gliding_tones(6, 0)

    def window(seed: int, epoch: int, place: int) -> np.ndarray:
        found = OutlineRows(data, RATE, 20, augment, seed)[epoch, place]
        assert not isinstance(found, str)
        return found[0]

    assert window(1, 2, 3).shape == (1, WINDOW, 40)
    assert np.array_equal(window(1, 2, 3), window(1, 2, 3))
    others = [window(1, 3, 3), window(2, 2, 3)]
    assert not any(np.array_equal(window(1, 2, 3), other) for other in others)
    assert np.isfinite(window(1, 2, 3)).all()


@pytest.mark.parametrize("augment", list(SOUND_CHANGES))
def test_a_changed_recording_is_not_longer_than_a_window_and_still_that_sound(augment: str) -> None:
    sound, random = glide(1.0, start=500, end=500), np.random.default_rng(0)
    changes = SOUND_CHANGES[augment]
    for _ in range(10):
        changed = changed_sound(sound, 12000, changes, random)
        assert changed.dtype == np.float32
        assert len(changed) <= 12000
        spectrum = np.abs(np.fft.rfft(changed))
        pitch = spectrum.argmax() * RATE / len(changed)
        assert abs(np.log(pitch / 500)) <= changes.speed + 0.01


def test_sounds_of_any_length_have_the_vectors_that_they_have_alone() -> None:
    torch.manual_seed(0)
    network = SoundVectors(torch.nn.Sequential(torch.nn.Conv1d(1, 4, 3), torch.nn.AdaptiveAvgPool1d(1), torch.nn.Flatten()))  # fmt: skip # noqa: E501
    sounds = [torch.randn(windows, 1, size) for windows, size in ((1, 9), (3, 20), (1, 9), (2, 7))]
    together = network(sounds)
    alone = torch.stack([network.network(sound).mean(0) for sound in sounds])
    torch.testing.assert_close(together, alone)


def test_a_batch_of_one_window_each_is_a_tensor_and_leaves_out_what_cannot_be_read() -> None:
    one, two = np.zeros((1, 4, 3), np.float32), np.zeros((2, 4, 3), np.float32)
    inputs, labels, failed = collated_sounds([(one, 1), "broken", (one, 0)])
    assert inputs.shape == (2, 4, 3)
    assert labels.tolist() == [1, 0]
    assert failed == ["broken"]
    inputs, _, _ = collated_sounds([(one, 1), (two, 0)])
    assert [len(each) for each in inputs] == [1, 2]
    assert collated_sounds(["broken"]) == (None, None, ["broken"])
