"""Videos come as the frames that they show, at their times, wherever decoding starts."""

from __future__ import annotations

import io
import pickle
import types
import wave
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from tiny_videos import KINDS, number_of, numbered, turned, video_bytes, write_video
from towhee import DataCollection, VideoFrame, pipe
from towhee.errors import DataError, MissingFileError, OperatorError, UsageError
from towhee.functional import ops
from towhee.operators.video_decode.ffmpeg import FfmpegVideoDecode

COUNT = 100
UNIFORM = {"sample_type": "uniform", "args": {"num_samples": 7}}


@pytest.fixture(scope="module")
def clips() -> dict[str, bytes]:
    """The same hundred numbered frames, 25 a second, in each encoding."""
    return {kind: video_bytes(numbered(COUNT), kind) for kind in KINDS}


def decoded(source: Any, *args: Any, **settings: Any) -> list[VideoFrame]:
    return list(FfmpegVideoDecode(*args, **settings)(source))


@pytest.mark.parametrize("kind", KINDS)
def test_every_frame_comes_in_its_order_with_its_number_and_time(
    kind: str, clips: dict[str, bytes]
) -> None:
    frames = decoded(clips[kind])
    assert [number_of(frame) for frame in frames] == list(range(COUNT))
    assert [frame.frame_number for frame in frames] == list(range(COUNT))
    assert [frame.timestamp for frame in frames] == pytest.approx(
        [number / 25 for number in range(COUNT)], abs=0.001
    )
    assert frames[0].key_frame
    assert 5 <= sum(frame.key_frame for frame in frames) <= 20


def test_the_pixels_are_those_of_ffmpeg(clips: dict[str, bytes]) -> None:
    with av.open(io.BytesIO(clips["h264"])) as container:
        theirs = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    for frame, expected in zip(decoded(clips["h264"]), theirs, strict=True):
        assert (frame == expected).all()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "how",
    [
        UNIFORM,
        {"sample_type": "time", "args": {"time_step": 0.7}},
        {"sample_type": "key_frames"},
        {"start_time": 3.0, "end_time": 3.2},
        {"sample_type": "time", "args": {"time_step": 1}, "start_time": 0.5},
    ],
    ids=str,
)
def test_frames_that_are_sought_are_those_of_decoding_everything(
    kind: str, how: dict[str, Any], clips: dict[str, bytes]
) -> None:
    everything = decoded(clips[kind])
    some = decoded(clips[kind], **how)
    assert some
    for frame in some:
        expected = everything[frame.frame_number]
        assert (frame == expected).all()
        assert frame.timestamp == pytest.approx(expected.timestamp)
        assert frame.key_frame == expected.key_frame


def test_what_lies_between_the_wanted_frames_is_not_decoded(clips: dict[str, bytes]) -> None:
    damaged = bytearray(clips["mpeg4"])
    with av.open(io.BytesIO(clips["mpeg4"])) as container:
        for place, packet in enumerate(container.demux(video=0)):
            if 10 <= place < 20 and packet.pos is not None:
                damaged[packet.pos : packet.pos + packet.size] = bytes(packet.size)
    how: dict[str, Any] = {"sample_type": "uniform", "args": {"num_samples": 3}}
    found, expected = decoded(bytes(damaged), **how), decoded(clips["mpeg4"], **how)
    assert [frame.frame_number for frame in found] == [0, 49, 99]
    assert all((frame == other).all() for frame, other in zip(found, expected, strict=True))
    with pytest.raises(DataError, match="cannot be decoded"):
        decoded(bytes(damaged))


def test_uniform_samples_are_spread_from_the_first_frame_to_the_last(
    clips: dict[str, bytes],
) -> None:
    frames = decoded(clips["mpeg4"], **UNIFORM)
    assert [number_of(frame) for frame in frames] == [0, 16, 33, 49, 66, 82, 99]


def test_a_short_video_gives_some_frames_twice() -> None:
    frames = decoded(video_bytes(numbered(3)), sample_type="uniform", args={"num_samples": 6})
    assert [number_of(frame) for frame in frames] == [0, 0, 0, 1, 1, 2]


def test_samples_by_time_are_what_is_on_the_screen_then(clips: dict[str, bytes]) -> None:
    how: dict[str, Any] = {"sample_type": "time", "args": {"time_step": 0.5}}
    frames = decoded(clips["h264"], 1, 3, **how)
    assert [number_of(frame) for frame in frames] == [25, 37, 50, 62]


def test_the_predecessors_names_of_sampling_mean_the_same(clips: dict[str, bytes]) -> None:
    for theirs, ours, args in (
        ("uniform_temporal_subsample", "uniform", {"num_samples": 5}),
        ("time_step_sample", "time", {"time_step": 0.3}),
    ):
        frames = decoded(clips["h264"], 0.5, 3.5, theirs, args)
        expected = decoded(clips["h264"], 0.5, 3.5, ours, args)
        assert [f.frame_number for f in frames] == [f.frame_number for f in expected]
        assert len(frames) >= 5


@pytest.mark.parametrize("kind", ["h264", "mkv", "vp9"])
def test_a_variable_frame_rate_keeps_the_times_of_its_frames(kind: str) -> None:
    times = [0, 1, 2, 30, 31, 75, 76, 77, 120, 125]
    clip = video_bytes(numbered(len(times)), kind, times=times)
    frames = decoded(clip)
    assert [frame.timestamp for frame in frames] == pytest.approx(
        [time / 25 for time in times], abs=0.001
    )
    by_second = decoded(clip, sample_type="time", args={"time_step": 1})
    assert [number_of(frame) for frame in by_second] == [0, 2, 4, 5, 7, 9]


@pytest.mark.parametrize(("degrees", "turns"), [(90, -1), (180, 2), (270, 1)])
def test_frames_are_turned_upright_as_the_file_says(degrees: int, turns: int) -> None:
    clip = video_bytes(numbered(5))
    for frame, expected in zip(decoded(turned(clip, degrees)), decoded(clip), strict=True):
        assert (frame == np.rot90(expected, turns)).all()
        assert frame.flags.c_contiguous


def test_channels_come_in_the_order_that_is_asked_for() -> None:
    red = [np.full((64, 96, 3), (255, 0, 0), np.uint8)] * 3
    clip = video_bytes(red)
    rgb, bgr, grey = (decoded(clip, mode=mode)[1] for mode in ("RGB", "BGR", "L"))
    assert rgb[32, 48, 0] > 240 > 20 > rgb[32, 48, 2]
    assert (bgr.mode, grey.mode, grey.shape) == ("BGR", "L", (64, 96))
    assert (bgr.to("RGB") == rgb).all()


def test_large_frames_are_scaled_down_on_request() -> None:
    clip = video_bytes(numbered(6))
    small = decoded(clip, max_side=24)
    assert small[0].shape == (16, 24, 3)
    assert [number_of(frame) for frame in small] == list(range(6))
    assert decoded(clip, max_side=96)[0].shape == (64, 96, 3)


def test_a_path_bytes_and_an_open_file_show_the_same(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a clip.mp4", numbered(4))
    with path.open("rb") as file:
        for source in (path, str(path), path.read_bytes(), file):
            assert [number_of(frame) for frame in decoded(source)] == [0, 1, 2, 3]


def test_threads_change_no_pixel(clips: dict[str, bytes]) -> None:
    for how in ({}, UNIFORM):
        several = decoded(clips["h264"], threads=3, **how)
        for frame, expected in zip(several, decoded(clips["h264"], **how), strict=True):
            assert (frame == expected).all()
            assert frame.frame_number == expected.frame_number


def test_the_first_frame_is_there_before_the_others_are_decoded(tmp_path: Path) -> None:
    path = write_video(tmp_path / "clip.mp4", numbered(COUNT))
    frames = FfmpegVideoDecode()(path)
    assert isinstance(frames, types.GeneratorType)
    assert number_of(next(frames)) == 0
    frames.close()


def test_read_video_gives_the_frames_as_rows(tmp_path: Path) -> None:
    path = write_video(tmp_path / "clip.mp4", numbered(30))
    frames = DataCollection.read_video(path)
    assert not frames.is_stream
    for _ in range(2):
        assert [number_of(frame) for frame in frames.to_list()] == list(range(30))
    by_time = DataCollection.read_video(path, sample_type="time", args={"time_step": 0.5})
    assert by_time.map(lambda frame: frame.timestamp).to_list() == [0.0, 0.48, 1.0]
    with pytest.raises(MissingFileError, match="does not exist"):
        DataCollection.read_video(tmp_path / "none.mp4")


def test_a_pipe_makes_a_row_of_each_frame(tmp_path: Path) -> None:
    path = write_video(tmp_path / "clip.mp4", numbered(10))
    numbers = (
        pipe.input("path")
        .flat_map("path", "frame", ops.video_decode.ffmpeg())
        .map("frame", "number", number_of)
        .output("number")
    )
    assert [row[0] for row in numbers(str(path)).to_list()] == list(range(10))


def test_a_chain_names_the_row_whose_video_is_damaged(tmp_path: Path) -> None:
    path = write_video(tmp_path / "clip.mp4", numbered(10))
    (tmp_path / "letter.mp4").write_text("Dear reader, this is no video.")
    chain = DataCollection([str(path), str(tmp_path / "letter.mp4")]).video_decode.ffmpeg()
    with pytest.raises(OperatorError, match=r"letter\.mp4 cannot be decoded as video"):
        chain.flatten().to_list()


def sound(content: io.BytesIO) -> bytes:
    with wave.open(content, "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(b"\0\0" * 8000)
    return content.getvalue()


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (b"", "is empty"),
        (b"Dear reader, this is no video.", "cannot be decoded as video"),
        (sound(io.BytesIO()), "has no track of pictures"),
        ("/no/such.mp4", "does not exist"),
        ("file:///etc/passwd", "not fetched"),
        (3, "a int is no video"),
        (None, "a NoneType is no video"),
        (np.zeros((4, 4, 3), np.uint8), "a ndarray is no video"),
    ],
)
@pytest.mark.parametrize("how", [{}, UNIFORM], ids=["all", "uniform"])
def test_what_is_no_video_is_refused_in_a_sentence(
    source: object, message: str, how: dict[str, Any]
) -> None:
    with pytest.raises(DataError, match=message):
        decoded(source, **how)


def test_a_list_of_other_files_is_not_followed(tmp_path: Path) -> None:
    path = write_video(tmp_path / "clip.mp4", numbered(5))
    script = f"ffconcat version 1.0\nfile {path.name}\n"
    (tmp_path / "list.ffconcat").write_text(script)
    for source in (tmp_path / "list.ffconcat", script.encode()):
        with pytest.raises(DataError, match="cannot be decoded"):
            decoded(source)


def test_a_video_without_frames_is_refused() -> None:
    file = io.BytesIO()
    with av.open(file, "w", format="matroska") as output:
        stream: Any = output.add_stream("mpeg4", rate=25)
        stream.width, stream.height, stream.pix_fmt = 96, 64, "yuv420p"
        output.start_encoding()
    for how in ({}, UNIFORM):
        with pytest.raises(DataError, match=r"no frames|cannot be decoded"):
            decoded(file.getvalue(), **how)


@pytest.mark.parametrize("kind", ["vp9", "mkv", "avi"])
@pytest.mark.parametrize("how", [{}, UNIFORM], ids=["all", "uniform"])
def test_a_video_that_was_cut_off_is_named_with_the_remedy(
    kind: str, how: dict[str, Any], clips: dict[str, bytes]
) -> None:
    whole = clips[kind]
    cut = whole[: len(whole) * 6 // 10]
    with pytest.raises(DataError, match=r"cut short.*pass end_time=[0-9.]+") as refused:
        decoded(cut, **how)
    end = float(str(refused.value).partition("end_time=")[2].split()[0])
    frames = decoded(cut, end_time=end, **how)[:-1]  # the last may be damaged
    assert [number_of(frame) for frame in frames] == [frame.frame_number for frame in frames]
    assert frames[-1].frame_number > 20


def test_a_download_that_stopped_is_named(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    with av.open(str(path), "w", options={"movflags": "faststart"}) as output:
        stream: Any = output.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = 96, 64, "yuv420p"
        for pixels in numbered(COUNT):
            output.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
        output.mux(stream.encode())
    cut = path.read_bytes()[: path.stat().st_size * 7 // 10]
    for how in ({}, UNIFORM):
        with pytest.raises(DataError, match=r"cut short|cannot be decoded"):
            decoded(cut, **how)


def test_a_start_behind_the_end_is_refused_with_the_duration(clips: dict[str, bytes]) -> None:
    with pytest.raises(DataError, match=r"it lasts 4\.00 seconds"):
        decoded(clips["h264"], start_time=9)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"sample_type": "unifrom"}, "did you mean 'uniform'"),
        ({"sample_type": "uniform"}, "needs args="),
        ({"sample_type": "uniform", "args": {"num_samples": 0}}, "whole number from 1"),
        ({"sample_type": "uniform", "args": {"time_step": 1}}, "has no 'time_step'"),
        ({"sample_type": "time", "args": {"time_step": 0}}, "at least 0.001"),
        ({"sample_type": "time", "args": {"time_step": "1"}}, "a number of seconds"),
        ({"args": {"num_samples": 16}}, "takes none"),
        ({"start_time": -1}, "from 0"),
        ({"start_time": 3, "end_time": 3}, "behind start_time"),
        ({"end_time": float("nan")}, "from 0"),
        ({"mode": "CMYK"}, "mode is one of"),
        ({"max_side": 0}, "max_side"),
        ({"threads": 0}, "threads"),
    ],
    ids=str,
)
def test_arguments_are_checked_when_the_chain_is_built(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        FfmpegVideoDecode(**wrong)


def test_a_frame_survives_pickling_and_keeps_its_time_in_other_colours() -> None:
    frame = VideoFrame(np.zeros((2, 2, 3), np.uint8), "RGB", 1.5, True, 7)
    for other in (pickle.loads(pickle.dumps(frame)), frame.to("BGR"), frame.to("L"), frame[:1]):
        assert (other.timestamp, other.key_frame, other.frame_number) == (1.5, True, 7)
    with pytest.raises(UsageError, match="uint8"):
        VideoFrame(np.zeros((2, 2, 3), np.float32))


def test_a_file_that_the_disk_refuses_to_read_is_told() -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise OSError(5, "Input/output error")

    with pytest.raises(DataError, match="cannot be read"):
        list(FfmpegVideoDecode()(Broken(b"not read")))
