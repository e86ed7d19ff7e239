"""Sound comes as the samples that the file holds."""

from __future__ import annotations

import math
import pickle
import wave
from pathlib import Path

import numpy as np
import pytest

from towhee import AudioFrame, DataCollection
from towhee.errors import DataError, MissingFileError, UsageError

RATE = 8000


@pytest.fixture
def tone(tmp_path: Path) -> Path:
    """Two seconds of 440 Hz, 16 bits, one channel."""
    samples = [round(20000 * math.sin(2 * math.pi * 440 * i / RATE)) for i in range(2 * RATE)]
    path = tmp_path / "tone.wav"
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, RATE, len(samples), "NONE", ""))
        file.writeframes(np.array(samples, "<i2").tobytes())
    return path


def test_frames_hold_every_sample_at_its_time(tone: Path) -> None:
    frames = DataCollection.read_audio(tone).to_list()
    assert {frame.sample_rate for frame in frames} == {RATE}
    sound = np.concatenate(frames, axis=1)
    with wave.open(str(tone)) as file:
        stored = np.frombuffer(file.readframes(2 * RATE), "<i2") / 2**15
    assert np.abs(sound[0] - stored).max() < 1e-6
    starts = np.cumsum([0, *(frame.shape[1] for frame in frames[:-1])]) / RATE
    assert [frame.timestamp for frame in frames] == pytest.approx(list(starts))


def test_a_collection_of_frames_can_be_read_again(tone: Path) -> None:
    frames = DataCollection.read_audio(tone)
    assert not frames.is_stream
    seconds = [sum(frame.duration for frame in frames) for _ in range(2)]
    assert seconds == pytest.approx([2, 2])


def test_a_recording_of_another_rate_keeps_it(shared_data: Path, tmp_path: Path) -> None:
    from pyarrow import parquet

    table = parquet.read_table(shared_data / "spoken-digits/recordings.parquet", columns=["audio"])
    path = tmp_path / "digit.wav"
    path.write_bytes(table["audio"][0].as_py())
    frames = DataCollection.read_audio(path).to_list()
    with wave.open(str(path)) as file:
        assert sum(frame.shape[1] for frame in frames) == file.getnframes()
        assert {frame.sample_rate for frame in frames} == {file.getframerate()}


def test_what_is_no_sound_is_named(tmp_path: Path) -> None:
    (tmp_path / "letter.wav").write_text("Dear reader, this is no sound.")
    with pytest.raises(DataError, match=r"letter\.wav' cannot be decoded as sound"):
        DataCollection.read_audio(tmp_path / "letter.wav").to_list()
    with pytest.raises(MissingFileError, match=r"'/no/such\.wav' does not exist"):
        DataCollection.read_audio("/no/such.wav")


def test_a_frame_survives_pickling_and_refuses_other_arrays() -> None:
    frame = AudioFrame(np.ones((2, 10), np.float32), 44100, 3.0)
    again = pickle.loads(pickle.dumps(frame))
    assert (again.sample_rate, again.timestamp, again.tolist()) == (44100, 3.0, frame.tolist())
    with pytest.raises(UsageError, match=r"not \(10,\) float32"):
        AudioFrame(np.ones(10, np.float32), 8000)
