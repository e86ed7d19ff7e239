"""Sound comes as the samples that the file holds, whatever form the file has."""

from __future__ import annotations

import functools
import io
import math
import pickle
import sys
import threading
import wave
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from audio_files import FORMATS, encoded, music
from towhee import AudioFrame, DataCollection, ops
from towhee.errors import DataError, FetchError, MissingExtraError, MissingFileError, UsageError
from towhee.operators.audio_decode.ffmpeg import FfmpegAudioDecode, FfmpegAudioFrames

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


@pytest.fixture(scope="module")
def tune() -> np.ndarray:
    """Three seconds of music at 44.1 kHz, in stereo, the channels unlike."""
    return np.stack([music(3, 1, sample_rate=44100), music(3, 2, sample_rate=44100)])


def likeness(sound: np.ndarray, other: np.ndarray) -> float:
    """The correlation of two sounds, shifted against each other by what an encoder may add."""
    length = min(len(sound), len(other)) - 3000
    middle = sound[1500 : 1500 + length]
    shifts = [other[shift : shift + length] for shift in range(0, 3000, 1)]
    return max(
        float(middle @ each / np.linalg.norm(middle) / np.linalg.norm(each)) for each in shifts
    )


def test_a_lossless_file_gives_the_samples_that_were_written(tune: np.ndarray) -> None:
    for suffix in ("wav", "flac"):
        sound = FfmpegAudioDecode()(encoded(tune, 44100, suffix))
        assert isinstance(sound, AudioFrame)
        assert (sound.sample_rate, sound.shape, sound.timestamp) == (44100, tune.shape, 0.0)
        assert np.abs(sound - tune).max() < 1e-4


@pytest.mark.parametrize("suffix", ["mp3", "m4a", "opus"])
def test_a_compressed_file_gives_the_same_sound(suffix: str, tune: np.ndarray) -> None:
    sound = FfmpegAudioDecode(sample_rate=44100)(encoded(tune, 44100, suffix))
    assert sound.duration == pytest.approx(3, abs=0.06)
    assert likeness(np.asarray(sound)[0], tune[0]) > 0.9


def test_mono_is_the_mean_of_the_channels(tune: np.ndarray) -> None:
    file = encoded(tune, 44100, "wav")
    both, one = FfmpegAudioDecode()(file), FfmpegAudioDecode(mono=True)(file)
    assert np.abs(one - both.mean(axis=0, keepdims=True)).max() < 1e-6


def test_another_rate_keeps_pitch_and_length() -> None:
    times = np.arange(2 * 44100) / 44100
    file = encoded(0.5 * np.sin(2 * np.pi * 440 * times).astype(np.float32), 44100, "wav")
    sound = FfmpegAudioDecode(sample_rate=16000)(file)
    wanted = 0.5 * np.sin(2 * np.pi * 440 * np.arange(32000) / 16000)
    assert sound.shape == (1, 32000)
    assert np.abs(sound[0, 100:-100] - wanted[100:-100]).max() < 1e-3


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize("sample_rate", [None, 16000])
def test_an_excerpt_is_a_slice_of_the_whole(
    suffix: str, sample_rate: int | None, tune: np.ndarray
) -> None:
    file = encoded(tune, 44100, suffix)
    whole = FfmpegAudioDecode(sample_rate=sample_rate)(file)
    part = FfmpegAudioDecode(sample_rate=sample_rate, start=1.25, duration=0.5)(file)
    begin = round(1.25 * whole.sample_rate)
    assert np.array_equal(part, whole[:, begin : begin + part.shape[1]])
    assert part.duration == pytest.approx(0.5)
    assert part.timestamp == pytest.approx(1.25)


def test_frames_are_the_whole_in_parts(tune: np.ndarray, tmp_path: Path) -> None:
    file = encoded(tune, 44100, "mp3")
    whole, frames = FfmpegAudioDecode()(file), FfmpegAudioFrames()(file)
    assert len(frames) > 50
    assert np.array_equal(np.concatenate(frames, axis=1), whole)
    assert [frame.timestamp for frame in frames[:2]] == pytest.approx([0, frames[0].duration])
    (tmp_path / "tune.mp3").write_bytes(file)
    chain = DataCollection([tmp_path / "tune.mp3"]).audio_decode.ffmpeg_frames().flatten()
    assert sum(frame.shape[1] for frame in chain) == whole.shape[1]


def test_path_bytes_and_open_file_give_the_same(tune: np.ndarray, tmp_path: Path) -> None:
    content = encoded(tune, 44100, "flac")
    path = tmp_path / "tune.flac"
    path.write_bytes(content)
    decode = FfmpegAudioDecode()
    expected = decode(content)
    with path.open("rb") as file:
        for value in (path, str(path), memoryview(content), io.BytesIO(content), file):
            assert np.array_equal(decode(value), expected)
    assert np.array_equal(decode(decode.content(path)), expected)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A folder, and the address at which it is served."""
    handler = functools.partial(Quiet, directory=tmp_path)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield tmp_path, f"127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *told: object) -> None:
        """Nothing is logged."""


def test_an_address_is_fetched_under_the_rules_of_all_fetching(
    served: tuple[Path, str], tune: np.ndarray
) -> None:
    folder, host = served
    (folder / "tune.flac").write_bytes(encoded(tune, 44100, "flac"))
    sound = FfmpegAudioDecode(allow_hosts=(host,))(f"http://{host}/tune.flac")
    assert np.abs(sound - tune).max() < 1e-4
    with pytest.raises(FetchError):
        FfmpegAudioDecode()(f"http://{host}/tune.flac")


@pytest.mark.parametrize(
    "playlist", ["#EXTM3U\n#EXTINF:3,\n{}\n#EXT-X-ENDLIST\n", "ffconcat version 1.0\nfile '{}'\n"]
)
def test_a_playlist_opens_no_other_file(playlist: str, tmp_path: Path, tune: np.ndarray) -> None:
    secret = tmp_path / "secret.wav"
    secret.write_bytes(encoded(tune, 44100, "wav"))
    with pytest.raises(DataError, match="cannot be decoded as sound"):
        FfmpegAudioDecode()(playlist.format(secret).encode())


@pytest.mark.parametrize("suffix", ["wav", "flac", "mp3", "m4a"])
def test_a_file_that_was_cut_is_refused(suffix: str, tune: np.ndarray) -> None:
    content = encoded(tune, 44100, suffix)
    with pytest.raises(DataError, match=r"cut short|cannot be decoded"):
        FfmpegAudioDecode()(content[: 2 * len(content) // 3])


@pytest.mark.parametrize("suffix", ["wav", "mp3"])
def test_what_lies_in_front_of_the_cut_can_still_be_had(suffix: str, tune: np.ndarray) -> None:
    content = encoded(tune, 44100, suffix)
    sound = FfmpegAudioDecode(duration=1.0)(content[: 2 * len(content) // 3])
    assert np.array_equal(sound, FfmpegAudioDecode(duration=1.0)(content))


def test_a_film_without_sound_is_named(tmp_path: Path) -> None:
    import av

    path = tmp_path / "silent.mp4"
    with av.open(str(path), "w") as output:
        stream = output.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt = 32, 32, "yuv420p"
        for _ in range(3):
            picture = av.VideoFrame.from_ndarray(np.zeros((32, 32, 3), np.uint8), "rgb24")
            output.mux(stream.encode(picture))
        output.mux(stream.encode(None))
    with pytest.raises(DataError, match=r"silent\.mp4' has no sound track"):
        FfmpegAudioDecode()(path)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (b"Dear reader, this is no sound.", "cannot be decoded as sound"),
        (b"", "is empty"),
        (b"RIFF\x04\x00\x00\x00WAVE", "cannot be decoded as sound|holds no sample"),
        (3, "is no file of sound"),
        (None, "is no file of sound"),
        ("/no/such.wav", "does not exist"),
    ],
    ids=str,
)
def test_what_holds_no_sound_is_refused_in_a_sentence(value: Any, said: str) -> None:
    with pytest.raises(DataError, match=said):
        FfmpegAudioDecode()(value)


def test_an_excerpt_behind_the_end_is_refused(tune: np.ndarray) -> None:
    with pytest.raises(DataError, match=r"ends before 5\.0 seconds"):
        FfmpegAudioDecode(start=5.0)(encoded(tune, 44100, "wav"))


@pytest.mark.parametrize(
    "wrong",
    [
        {"sample_rate": 0},
        {"sample_rate": 44.1},
        {"start": -1},
        {"start": math.nan},
        {"duration": 0},
        {"duration": "1s"},
        {"allow_hosts": "intranet.example"},
    ],
    ids=str,
)
def test_arguments_are_checked_at_once(wrong: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        ops.audio_decode.ffmpeg(**wrong)


def test_without_pyav_the_extra_is_named(tune: np.ndarray, monkeypatch: pytest.MonkeyPatch) -> None:
    file = encoded(tune, 44100, "wav")
    monkeypatch.setitem(sys.modules, "av", None)
    with pytest.raises(MissingExtraError, match=r'pip install "towhee\[audio\]"'):
        FfmpegAudioDecode()(file)


def test_decoding_writes_nothing_to_the_terminal(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(DataError):
        FfmpegAudioDecode()(encoded(music(1, 0), 16000, "mp3")[:3000] + bytes(3000))
    FfmpegAudioDecode(duration=0.1)(encoded(music(1, 0), 16000, "m4a"))
    assert capfd.readouterr() == ("", "")
