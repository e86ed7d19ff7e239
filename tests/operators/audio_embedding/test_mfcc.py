"""Sounds that are alike have like vectors, with no weights at all."""

from __future__ import annotations

import io
import wave
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from audio_files import encoded, music
from tiny_audio import glide
from towhee import DataCollection, ops
from towhee.errors import DataError, UsageError
from towhee.models.audio.cepstrum import mfcc
from towhee.operators.audio_embedding.mfcc import MfccAudioEmbedding


def test_a_vector_holds_means_and_deviations_of_parts_but_not_the_loudness() -> None:
    sound = music(1, 0)
    vector = MfccAudioEmbedding(coefficients=13, parts=2, normalize=False)((sound, 16000))
    frames = mfcc(sound, 16000, 13, lifter=22)[:, 1:]
    halves = frames[:50], frames[50:]
    expected = np.concatenate([part for half in halves for part in (half.mean(0), half.std(0))])
    assert np.abs(vector - expected).max() < 1e-4


def test_loudness_and_a_copy_in_another_format_change_little() -> None:
    embed = MfccAudioEmbedding()
    sounds = [music(3, seed) for seed in range(8)]
    vectors = embed.batch([(sound, 16000) for sound in sounds])
    quieter = embed.batch([(0.1 * sound, 16000) for sound in sounds])
    assert (vectors * quieter).sum(axis=1).min() > 0.9999
    decode = ops.audio_decode.ffmpeg()
    copies = embed.batch([decode(encoded(sound, 16000, "mp3")) for sound in sounds])
    assert (copies @ vectors.T).argmax(axis=1).tolist() == list(range(8))


def test_neighbours_in_a_batch_do_not_change_a_vector() -> None:
    sounds = [
        (glide(seconds, end=end), 16000) for seconds, end in ((0.3, 900), (4.0, 300), (1.1, 50))
    ]
    embed = MfccAudioEmbedding()
    assert np.array_equal(embed.batch(sounds), np.stack([embed(sound) for sound in sounds]))
    chain = DataCollection(sounds).audio_embedding.mfcc()
    assert np.array_equal(np.stack(chain.to_list()), embed.batch(sounds))


def test_the_shortest_sound_still_has_a_vector() -> None:
    assert np.linalg.norm(MfccAudioEmbedding()((glide(0.001), 16000))) == pytest.approx(1)
    assert MfccAudioEmbedding().batch([]).shape == (0, 114)


@pytest.fixture(scope="module")
def digits(shared_data: Path) -> dict[str, np.ndarray]:
    """Half of the takes of all spoken digits: vectors, digits, speakers and takes."""
    from pyarrow import parquet

    table = parquet.read_table(
        shared_data / "spoken-digits/recordings.parquet", filters=[("take", "<", 25)]
    ).to_pydict()
    sounds = [_wav(content) for content in table["audio"]]
    return {
        "vector": MfccAudioEmbedding().batch(sounds),
        **{name: np.array(table[name]) for name in ("digit", "speaker", "take")},
    }


def _wav(content: bytes) -> tuple[np.ndarray, int]:
    with wave.open(io.BytesIO(content)) as file:
        return np.frombuffer(file.readframes(file.getnframes()), "<i2"), file.getframerate()


def test_a_speakers_digit_is_nearer_to_its_other_takes_than_to_other_digits(
    digits: dict[str, np.ndarray],
) -> None:
    for speaker in np.unique(digits["speaker"]):
        is_his = digits["speaker"] == speaker
        vectors, digit = digits["vector"][is_his], digits["digit"][is_his]
        cosines = vectors @ vectors.T
        is_same = digit[:, None] == digit
        is_other_take = ~np.eye(len(digit), dtype=bool)
        assert cosines[is_same & is_other_take].mean() > cosines[~is_same].mean() + 0.05


def test_the_nearest_neighbour_of_a_digit_is_the_same_digit(digits: dict[str, np.ndarray]) -> None:
    is_query = digits["take"] < 5  # the usual test set of these recordings
    cosines = digits["vector"][is_query] @ digits["vector"][~is_query].T
    found = digits["digit"][~is_query][cosines.argmax(axis=1)]
    assert (found == digits["digit"][is_query]).mean() > 0.95  # it is 0.977; chance is 0.1


def test_a_digit_is_known_from_other_speakers_better_than_by_chance(
    digits: dict[str, np.ndarray],
) -> None:
    cosines = digits["vector"] @ digits["vector"].T
    cosines[digits["speaker"][:, None] == digits["speaker"]] = -1
    found = digits["digit"][cosines.argmax(axis=1)]
    assert (found == digits["digit"]).mean() > 0.6  # chance is 0.1


@pytest.mark.parametrize(
    "wrong",
    [{"coefficients": 1}, {"coefficients": 41}, {"parts": 0}, {"parts": 1.5}, {"sample_rate": 10}],
    ids=str,
)
def test_arguments_are_checked_at_once(wrong: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        ops.audio_embedding.mfcc(**wrong)


def test_what_is_no_sound_is_refused() -> None:
    with pytest.raises(DataError, match="is not a sound"):
        MfccAudioEmbedding()("a.wav")
