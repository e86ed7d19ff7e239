"""Every pipeline of sound runs from its name, on files of sound."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from audio_files import encoded, music
from tiny_audio import tiny_ast, tiny_clap
from towhee import ops, pipeline

TUNES = [music(4, seed) for seed in range(6)]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Path, Path]]:
    """The tunes, each in two formats."""
    folder = tmp_path_factory.mktemp("tunes")
    pairs = []
    for number, tune in enumerate(TUNES):
        pair = folder / f"{number}.flac", folder / f"{number}.mp3"
        for path in pair:
            path.write_bytes(encoded(tune, 16000, path.suffix[1:]))
        pairs.append(pair)
    return pairs


@pytest.fixture(scope="module")
def ast(tmp_path_factory: pytest.TempPathFactory) -> Path:
    labels = {0: "music", 1: "speech", 2: "rain"}
    return tiny_ast(tmp_path_factory.mktemp("ast") / "model", id2label=labels)


@pytest.fixture(scope="module")
def clap(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_clap(tmp_path_factory.mktemp("clap") / "model")


@pytest.mark.parametrize(
    ("name", "weights"),
    [
        ("audio-embedding", "ast"),
        ("audio-embedding-mfcc", None),
        ("music-embedding", "clap"),
        ("audio-text-embedding-clap", "clap"),
    ],
)
def test_a_copy_in_another_format_is_nearer_than_other_tunes(
    name: str,
    weights: str | None,
    files: list[tuple[Path, Path]],
    request: pytest.FixtureRequest,
) -> None:
    settings = {}
    if weights:
        settings = {"checkpoint": request.getfixturevalue(weights), "backend": "torch"}
    embed = pipeline(name, **settings)
    originals = np.stack([embed(str(original)) for original, _ in files])
    copies = np.stack([embed(str(copy)) for _, copy in files])
    assert np.abs(np.linalg.norm(originals, axis=1) - 1).max() < 1e-5
    assert (copies @ originals.T).argmax(axis=1).tolist() == list(range(len(files)))


def test_texts_go_through_the_same_pipeline_by_its_modality(
    clap: Path, files: list[tuple[Path, Path]]
) -> None:
    settings = {"checkpoint": clap, "backend": "torch"}
    text = pipeline("audio-text-embedding-clap", modality="text", **settings)("a dog that barks")
    alone = ops.audio_embedding.clap(modality="text", **settings)("a dog that barks")
    assert np.abs(text - alone).max() < 1e-6
    sound = pipeline("audio-text-embedding-clap", **settings)(str(files[0][0]))
    assert sound.shape == text.shape


def test_a_clip_is_found_among_fingerprints_of_files(
    files: list[tuple[Path, Path]], tmp_path: Path
) -> None:
    fingerprint = pipeline("audio-fingerprint")
    match = ops.audio_fingerprint.match(
        data=[fingerprint(str(original)) for original, _ in files], keys=list(range(len(files)))
    )
    clip = tmp_path / "clip.opus"
    clip.write_bytes(encoded(TUNES[3][16000:56000], 16000, "opus"))
    [found] = match(fingerprint(str(clip)))
    assert (found.key, found.offset) == (3, pytest.approx(1, abs=0.06))


def test_what_sounds_has_a_probability_of_its_own(
    ast: Path, files: list[tuple[Path, Path]]
) -> None:
    classify = pipeline("audio-classification", checkpoint=ast, backend="torch", topk=3)
    found = classify(str(files[0][0]))
    assert {each.label for each in found} == {"music", "speech", "rain"}
    assert sum(each.score for each in found) != pytest.approx(1, abs=0.01)
    assert found[0].score > found[1].score > found[2].score > 0
