"""A clip is found in its recording, at its second, whatever was done to it; strangers are not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from audio_files import encoded, music
from towhee import DataCollection, ops
from towhee.errors import DataError, UsageError
from towhee.operators.audio_decode.ffmpeg import FfmpegAudioDecode
from towhee.operators.audio_fingerprint.landmarks import AudioFingerprintLandmarks
from towhee.operators.audio_fingerprint.match import AudioFingerprintMatch
from towhee.types import AudioFingerprint

RATE = 16000
RECORDINGS = [music(20, seed) for seed in range(8)]
NAMES = [f"tune {seed}" for seed in range(8)]
STARTS = [0.0, 1.37, 3.3, 5.01, 7.77, 9.9, 12.345, 13.9]
fingerprint = AudioFingerprintLandmarks()


def clip(number: int, seconds: float = 6) -> np.ndarray:
    begin = round(STARTS[number] * RATE)
    return RECORDINGS[number][begin : begin + round(seconds * RATE)]


def in_noise(sound: np.ndarray, decibels: float) -> np.ndarray:
    """The sound under white noise, so many decibels louder than the noise."""
    noise = np.random.default_rng(0).standard_normal(len(sound)) * np.std(sound)
    return (sound + noise * 10 ** (-decibels / 20)).astype(np.float32)


@pytest.fixture(scope="module")
def match() -> AudioFingerprintMatch:
    gallery = fingerprint.batch([(sound, RATE) for sound in RECORDINGS])
    return AudioFingerprintMatch(gallery, keys=NAMES)


def assert_found(match: AudioFingerprintMatch, number: int, value: Any) -> None:
    found = match(fingerprint(value))
    assert [each.key for each in found] == [NAMES[number]]
    assert found[0].offset == pytest.approx(STARTS[number], abs=0.06)


@pytest.mark.parametrize("number", range(8))
def test_a_clip_is_found_at_its_second(match: AudioFingerprintMatch, number: int) -> None:
    assert_found(match, number, (clip(number), RATE))


@pytest.mark.parametrize("suffix", ["mp3", "m4a", "opus"])
@pytest.mark.parametrize("decibels", [10, 0])
def test_a_compressed_clip_under_noise_is_found(
    match: AudioFingerprintMatch, suffix: str, decibels: float
) -> None:
    for number in (1, 4, 6):
        file = encoded(in_noise(clip(number), decibels), RATE, suffix)
        assert_found(match, number, FfmpegAudioDecode()(file))


def test_a_quiet_clip_of_another_rate_with_a_second_channel_is_found(
    match: AudioFingerprintMatch,
) -> None:
    quiet = 0.02 * clip(2)
    assert_found(match, 2, FfmpegAudioDecode(sample_rate=22050)(encoded(quiet, RATE, "flac")))
    assert_found(match, 2, (np.stack([quiet, 0 * quiet]), RATE))


def test_a_clip_over_the_telephone_is_found(match: AudioFingerprintMatch) -> None:
    spectrum = np.fft.rfft(clip(3))
    hertz = np.fft.rfftfreq(len(clip(3)), 1 / RATE)
    narrow = np.fft.irfft(spectrum * ((hertz > 300) & (hertz < 3400)))
    assert_found(match, 3, (narrow.astype(np.float32), RATE))


def test_a_clip_that_begins_before_the_recording_is_found_there(
    match: AudioFingerprintMatch,
) -> None:
    silence = np.zeros(2 * RATE, np.float32)
    [found] = match(fingerprint((np.concatenate([silence, clip(0)]), RATE)))
    assert (found.key, found.offset) == (NAMES[0], pytest.approx(-2, abs=0.06))


def test_a_medley_is_found_in_both_of_its_recordings(match: AudioFingerprintMatch) -> None:
    medley = np.concatenate([clip(5), clip(7)])
    found = {each.key: each.offset for each in match(fingerprint((medley, RATE)))}
    assert found == {
        NAMES[5]: pytest.approx(STARTS[5], abs=0.06),
        NAMES[7]: pytest.approx(STARTS[7] - 6, abs=0.06),
    }


def test_strangers_are_not_found(match: AudioFingerprintMatch) -> None:
    strangers = [(music(6, seed), RATE) for seed in range(100, 140)]
    noise = np.random.default_rng(1).standard_normal(6 * RATE).astype(np.float32)
    strangers += [(noise, RATE), (np.zeros(6 * RATE, np.float32), RATE)]
    assert match.batch(fingerprint.batch(strangers)) == [[]] * len(strangers)


def test_a_recording_that_is_played_faster_is_a_stranger(match: AudioFingerprintMatch) -> None:
    assert match(fingerprint((clip(1), round(1.1 * RATE)))) == []


def test_spoken_digits_are_found_among_those_of_the_same_speakers(shared_data: Path) -> None:
    import io
    import wave

    from pyarrow import parquet

    table = parquet.read_table(shared_data / "spoken-digits/recordings.parquet", columns=["audio"])
    sounds = []
    for content in table["audio"][:600].to_pylist():
        with wave.open(io.BytesIO(content)) as file:
            sounds.append(np.frombuffer(file.readframes(file.getnframes()), "<i2"))
    talks = [np.concatenate(sounds[start : start + 30]) for start in range(0, 600, 30)]
    known, unknown = talks[::2], talks[1::2]
    match = AudioFingerprintMatch(fingerprint.batch([(talk, 8000) for talk in known]))
    for number, talk in enumerate(known):
        [found] = match(fingerprint((talk[16000:56000], 8000)))
        assert (found.key, found.offset) == (number, pytest.approx(2, abs=0.06))
    clips = [(talk[16000:56000], 8000) for talk in unknown]
    assert match.batch(fingerprint.batch(clips)) == [[]] * len(clips)


def test_a_gallery_is_a_collection_whose_keys_name_the_recordings(tmp_path: Path) -> None:
    for name, sound in zip(NAMES[:3], RECORDINGS, strict=False):
        (tmp_path / f"{name}.opus").write_bytes(encoded(sound, RATE, "opus"))
    gallery = (
        DataCollection.from_glob(str(tmp_path / "*.opus"))
        .unstream()
        .audio_decode.ffmpeg()
        .audio_fingerprint.landmarks()
    )
    chain = (
        DataCollection([(clip(1), RATE)])
        .audio_fingerprint.landmarks()
        .audio_fingerprint.match(data=gallery)
    )
    [[found]] = chain.to_list()
    assert Path(found.key).name == "tune 1.opus"
    assert found.offset == pytest.approx(STARTS[1], abs=0.06)


def test_a_fingerprint_knows_the_length_of_its_recording() -> None:
    made = fingerprint((RECORDINGS[0], RATE))
    assert made.duration == pytest.approx(20)
    assert 0 <= made.times.min() <= made.times.max() * made.seconds_per_step <= 20
    assert len(made) == len(made.hashes) == len(made.times) > 1000


def test_too_little_sound_has_no_landmarks_and_no_match(match: AudioFingerprintMatch) -> None:
    for sound in (np.ones(1, np.float32), clip(0)[:800]):
        made = fingerprint((sound, RATE))
        assert match(made) == []


@pytest.mark.parametrize(
    "wrong",
    [{"data": 3}, {"data": [], "topk": 0}, {"data": [], "min_share": 2}],
    ids=str,
)
def test_arguments_are_checked_at_once(wrong: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        ops.audio_fingerprint.match(**wrong)


def test_what_is_no_fingerprint_is_told_how_to_make_one(match: AudioFingerprintMatch) -> None:
    with pytest.raises(UsageError, match=r"make one with audio_fingerprint\.landmarks"):
        match(RECORDINGS[0])  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="2 keys were given for 0 fingerprints"):
        AudioFingerprintMatch([], keys=["a", "b"]).ensure_setup()
    with pytest.raises(DataError, match="is not a sound"):
        fingerprint("a.wav")


def test_an_empty_gallery_finds_nothing() -> None:
    assert isinstance(made := fingerprint((clip(0), RATE)), AudioFingerprint)
    assert AudioFingerprintMatch([])(made) == []
