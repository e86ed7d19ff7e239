"""The scripts in ``examples/`` do what they say."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

import towhee
from towhee import ops, pipeline

EXAMPLES = Path(__file__).parents[1] / "examples"
SAMPLES = Path(towhee.__file__).parent / "samples"


def example(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, EXAMPLES / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_image_search_finds_the_originals() -> None:
    done = subprocess.run(
        [sys.executable, str(EXAMPLES / "image_search.py")], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert len(lines) == len(list((SAMPLES / "queries").glob("*.jpg")))
    assert all(line.split(" -> ")[1].split(".")[0] in line.split(" -> ")[0] for line in lines)


def test_near_duplicates_are_the_edited_copies(capsys: pytest.CaptureFixture[str]) -> None:
    found = example("near_duplicates").main([SAMPLES / "gallery", SAMPLES / "queries"], 0.8)
    assert ("naval_officer.jpg", "naval_officer_stretched.jpg") in found
    assert len(found) >= 5
    for one, other in found:
        assert other.startswith(one.removesuffix(".jpg"))


def test_several_models_give_the_vectors_of_each(capsys: pytest.CaptureFixture[str]) -> None:
    picture = str(SAMPLES / "gallery/cat.jpg")
    mean = ops.runas_op(func=np.mean)
    embed = example("several_models").several([ops.image_embedding.embedded(), mean])
    vector, average = embed(picture).get()
    assert np.array_equal(vector, pipeline("image-embedding")(picture))
    assert 0 < average < 255
    example("several_models").main([picture], [])
    assert "(384,)" in capsys.readouterr().out


def test_a_stream_is_watched_second_by_second(capsys: pytest.CaptureFixture[str]) -> None:
    seen = example("stream_windows").main(10)
    assert len(seen) == 10
    assert [alarm for _, alarm in seen] == [mean > 25 for mean, _ in seen]
    assert any(alarm for _, alarm in seen)
    assert capsys.readouterr().out.count("too warm") == sum(alarm for _, alarm in seen)
