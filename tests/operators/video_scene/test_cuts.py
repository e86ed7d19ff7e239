"""Cuts are found at the very frame, and nothing else is taken for one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from filmed_photographs import GALLERY, Pixels, film, shot
from tiny_videos import video_bytes, write_video
from towhee import DataCollection, pipeline
from towhee.errors import DataError, UsageError
from towhee.operators.video_decode.ffmpeg import FfmpegVideoDecode
from towhee.operators.video_scene.cuts import CutsVideoScene
from towhee.types import Scene

LENGTHS = [20, 7, 33, 12, 5, 28]


def starts(frames: Any, **settings: float) -> list[int]:
    return [scene.first_frame for scene in CutsVideoScene(**settings)(frames)]


@pytest.mark.parametrize("kind", ["h264", "vp9", "mpeg4"])
def test_cuts_are_found_at_the_exact_frames(kind: str) -> None:
    shots = zip(GALLERY, LENGTHS, strict=False)
    frames = [frame for photograph, count in shots for frame in shot(photograph, count)]
    assert starts(video_bytes(frames, kind)) == [0, *np.cumsum(LENGTHS[:-1]).tolist()]


def test_all_cuts_between_the_photographs_are_found_and_no_others() -> None:
    found = starts(film(GALLERY, 8))
    assert found == list(range(0, 8 * len(GALLERY), 8))


def test_scenes_lack_no_frame_and_tell_their_times() -> None:
    scenes = CutsVideoScene()(video_bytes(film(GALLERY[:3], 10)))
    assert scenes == [
        Scene(0.0, 0.4, 0, 9),
        Scene(0.4, 0.8, 10, 19),
        Scene(0.8, pytest.approx(1.16), 20, 29),
    ]


def crossfade(first: list[Pixels], second: list[Pixels], count: int) -> list[Pixels]:
    """The end of one shot dissolves into the beginning of the next."""
    mixed = []
    for place in range(count):
        share = (place + 1) / (count + 1)
        before = first[len(first) - count + place].astype(np.float32)
        mixed.append((before * (1 - share) + second[place] * share).astype(np.uint8))
    return [*first[: len(first) - count], *mixed, *second[count:]]


def faded(frames: list[Pixels]) -> list[Pixels]:
    """Out of black and into black."""
    steps = np.minimum(np.arange(len(frames)), np.arange(len(frames))[::-1]) / 12
    return [
        (frame * min(step, 1)).astype(np.uint8) for frame, step in zip(frames, steps, strict=True)
    ]


def sudden(frames: list[Pixels]) -> list[Pixels]:
    """A still that begins to move."""
    return [*[frames[0]] * 20, *frames]


def flashing(frames: list[Pixels]) -> list[Pixels]:
    """A photographer's flash in the middle."""
    middle = len(frames) // 2
    return [*frames[:middle], np.full_like(frames[0], 250), *frames[middle + 1 :]]


@pytest.mark.parametrize(
    "frames",
    [
        crossfade(shot(GALLERY[0], 40), shot(GALLERY[5], 40), 15),
        faded(shot(GALLERY[3], 60)),
        shot(GALLERY[7], 40, speed=12),
        sudden(shot(GALLERY[9], 30, speed=8)),
        flashing(shot(GALLERY[2], 40)),
        [np.random.default_rng(i).integers(0, 256, (96, 160, 3), np.uint8) for i in range(30)],
    ],
    ids=["crossfade", "fades", "fast pan", "sudden pan", "flash", "noise"],
)
def test_fades_motion_and_flashes_are_no_cuts(frames: list[Pixels]) -> None:
    assert starts(frames) == [0]
    assert starts(video_bytes(frames)) == [0]


def test_files_and_their_frames_have_the_same_scenes(tmp_path: Path) -> None:
    path = write_video(tmp_path / "film.mp4", film(GALLERY[:4], 15))
    cuts = CutsVideoScene()
    expected = cuts(list(FfmpegVideoDecode()(path)))
    assert cuts(path) == cuts(str(path)) == cuts(path.read_bytes()) == expected
    assert cuts(FfmpegVideoDecode()(path)) == expected
    assert len(expected) == 4


def test_the_pipeline_and_the_chain_give_the_same(tmp_path: Path) -> None:
    path = write_video(tmp_path / "film.mp4", film(GALLERY[:3], 15))
    scenes = CutsVideoScene()(path)
    assert pipeline("video-scenes")(str(path)) == scenes
    assert DataCollection([str(path)]).video_scene.cuts().to_list() == [scenes]
    assert len(pipeline("video-scenes", threshold=0.9)(str(path))) == 1


@pytest.mark.parametrize("wrong", [{"threshold": 0}, {"threshold": 2}, {"ratio": 1}], ids=str)
def test_settings_that_mean_nothing_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(UsageError):
        CutsVideoScene(**wrong)


@pytest.mark.parametrize("value", [[], 3, None, np.zeros((4, 4, 3), np.uint8), ["a frame"]])
def test_what_is_no_video_is_refused(value: object) -> None:
    with pytest.raises(DataError):
        CutsVideoScene()(value)
