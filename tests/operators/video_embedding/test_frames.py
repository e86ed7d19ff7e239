"""A video has the vectors of its frames, pooled."""

from __future__ import annotations

import itertools
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from filmed_photographs import GALLERY, edited, film, shot
from tiny_videos import video_bytes, write_video
from towhee import DataCollection, VideoFrame, ops, pipe, pipeline
from towhee.builder.read import pipe_from_yaml
from towhee.errors import DataError, OperatorError, UnknownNameError, UsageError
from towhee.operators.image_embedding.embedded import EmbeddedImageEmbedding
from towhee.operators.video_embedding.frames import FramesVideoEmbedding
from towhee.types import FrameVectors, Image

FRAMES = film(GALLERY[:4], 3)


@pytest.fixture(scope="module")
def of_frames() -> np.ndarray:
    """What the image model itself gives for ``FRAMES``."""
    return np.stack(EmbeddedImageEmbedding().batch([Image(frame) for frame in FRAMES]))


def test_the_mean_and_the_maximum_are_those_of_the_image_models_vectors(
    of_frames: np.ndarray,
) -> None:
    for pooling, pooled in (("mean", of_frames.mean(0)), ("max", of_frames.max(0))):
        as_it_is = FramesVideoEmbedding(pooling=pooling, normalize=False)(FRAMES)
        assert np.abs(as_it_is - pooled).max() < 1e-5
        unit = FramesVideoEmbedding(pooling=pooling)(FRAMES)
        assert np.abs(unit - pooled / np.linalg.norm(pooled)).max() < 1e-5


def test_frames_that_are_not_pooled_keep_their_times(of_frames: np.ndarray) -> None:
    timed = [VideoFrame(frame, timestamp=place / 4) for place, frame in enumerate(FRAMES)]
    found = FramesVideoEmbedding(pooling="none")(timed)
    assert isinstance(found, FrameVectors)
    assert np.abs(found.vectors - of_frames).max() < 1e-5
    assert found.timestamps.tolist() == [place / 4 for place in range(len(FRAMES))]


def test_videos_in_a_batch_do_not_mix(of_frames: np.ndarray) -> None:
    clips = [FRAMES[:2], FRAMES[2:3], FRAMES[3:]]
    together = FramesVideoEmbedding(batch_size=3).batch(clips)
    alone = [FramesVideoEmbedding()(clip) for clip in clips]
    assert np.abs(np.stack(together) - np.stack(alone)).max() < 1e-5


def test_all_frames_go_through_the_model_in_batches() -> None:
    sizes: list[int] = []

    class Counting:
        def batch(self, images: Any) -> list[np.ndarray]:
            sizes.append(len(images))
            return [np.ones(2, np.float32) for _ in images]

        def __call__(self, image: Any) -> np.ndarray:
            raise AssertionError("one by one")

    FramesVideoEmbedding(Counting(), batch_size=8).batch([FRAMES, FRAMES[:7]])
    assert sizes == [8, 8, 3]


@pytest.mark.parametrize(
    "frames",
    [FRAMES, tuple(FRAMES), np.stack(FRAMES), iter(FRAMES), (Image(frame) for frame in FRAMES)],
    ids=["list", "tuple", "array", "iterator", "generator"],
)
def test_frames_may_come_in_any_form(frames: Any, of_frames: np.ndarray) -> None:
    pooled = of_frames.mean(0)
    assert FramesVideoEmbedding()(frames) @ pooled / np.linalg.norm(pooled) > 0.9999


def test_an_image_operator_is_named_with_its_arguments(tmp_path: Path) -> None:
    path = write_video(tmp_path / "clip.mp4", FRAMES)
    named = {
        "operator": "image_embedding.timm",
        "with": {"model_name": "resnet18", "pretrained": False},
    }
    chain = (
        DataCollection([str(path)])
        .video_decode.ffmpeg(sample_type="uniform", args={"num_samples": 3})
        .video_embedding.frames(operator=named)
    )
    assert chain.to_list()[0].shape == (512,)
    assert "image_embedding.timm(model_name='resnet18'" in chain.explain()


def test_a_name_a_step_and_a_handle_mean_the_same() -> None:
    expected = FramesVideoEmbedding()(FRAMES)
    for operator in (
        "image_embedding.embedded",
        {"operator": "image_embedding.embedded"},
        ops.image_embedding.embedded(),
    ):
        found = ops.video_embedding.frames(operator=operator)(FRAMES)
        assert np.abs(found - expected).max() < 1e-6


def test_the_named_operator_is_checked_when_the_chain_is_built() -> None:
    with pytest.raises(UnknownNameError, match="image_embedding"):
        ops.video_embedding.frames(operator="image_embedding.embeded")
    with pytest.raises(UnknownNameError, match="model_nam"):
        ops.video_embedding.frames(
            operator={"operator": "image_embedding.timm", "with": {"model_nam": "resnet18"}}
        )


def test_a_pipe_with_a_named_operator_goes_through_yaml_and_pickle() -> None:
    embed = (
        pipe.input("frames")
        .map(
            "frames",
            "vector",
            ops.video_embedding.frames(operator=ops.image_embedding.embedded(normalize=False)),
        )
        .output("vector")
    )
    expected = embed(FRAMES).get()[0]
    for again in (pipe_from_yaml(embed.to_yaml()), pickle.loads(pickle.dumps(embed))):
        assert np.abs(again(FRAMES).get()[0] - expected).max() < 1e-6


def test_results_are_cached_with_the_named_operator(tmp_path: Path) -> None:
    path = write_video(tmp_path / "clip.mp4", FRAMES)
    embed = pipeline("video-embedding").with_cache(tmp_path / "cache")
    first = embed([str(path)])
    assert (embed([str(path)]) == first).all()
    kept = [file for file in (tmp_path / "cache").rglob("*") if file.is_file()]
    assert kept


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ([], "without a frame"),
        (np.zeros((4, 4, 3), np.uint8), "one frame"),
        (Image(np.zeros((4, 4, 3), np.uint8)), "one frame"),
        ("clip.mp4", r"video_decode\.ffmpeg in front"),
        (7, r"video_decode\.ffmpeg in front"),
        ([np.zeros((4, 4, 3))], "not an image"),
    ],
)
def test_what_is_no_list_of_frames_is_refused(value: Any, message: str) -> None:
    with pytest.raises(DataError, match=message):
        FramesVideoEmbedding()(value)


@pytest.mark.parametrize(
    "wrong",
    [{"pooling": "median"}, {"batch_size": 0}, {"operator": "image_embedding.timm"}],
    ids=str,
)
def test_settings_that_mean_nothing_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        FramesVideoEmbedding(**wrong)


def test_edited_copies_of_a_video_are_nearer_than_other_videos(tmp_path: Path) -> None:
    embed = pipeline("video-embedding")
    films = [film(GALLERY[at : at + 3], 12) for at in range(0, 24, 3)]
    paths = [
        str(write_video(tmp_path / f"{number}.mp4", each)) for number, each in enumerate(films)
    ]
    copies = []
    for number, each in enumerate(films):
        smaller = edited(each[3:30])
        copies.append(str(write_video(tmp_path / f"copy {number}.webm", smaller, "vp9", b="40k")))
    cosines = embed(copies) @ embed(paths).T
    assert cosines.argmax(axis=1).tolist() == list(range(len(films)))
    strangers = cosines[~np.eye(len(films), dtype=bool)]
    assert cosines.diagonal().min() > 0.65 > strangers.max()


def test_a_damaged_video_is_named_and_leaves_its_neighbours(tmp_path: Path) -> None:
    good = write_video(tmp_path / "good.mp4", shot(GALLERY[0], 20))
    bad = tmp_path / "bad.mp4"
    bad.write_bytes(video_bytes(shot(GALLERY[0], 20))[:500])
    with pytest.raises(OperatorError, match=r"bad\.mp4 cannot be decoded"):
        pipeline("video-embedding")(str(bad))
    rows = pipeline("video-embedding", on_error="skip").batch([str(good), str(bad), str(good)])
    assert len(rows) == 2
    for first, second in itertools.pairwise(rows):
        assert np.abs(first - second).max() < 1e-6
