"""What the tests of the commands share."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest
from typer.testing import CliRunner, Result

from towhee.cli.main import app

Towhee = Callable[..., Result]


@pytest.fixture
def towhee() -> Towhee:
    """``towhee("embed", ...)``: the command in this process, as a shell would see it."""

    def call(*arguments: object) -> Result:
        return CliRunner().invoke(app, [str(argument) for argument in arguments])

    return call


@pytest.fixture
def towhee_json(towhee: Towhee) -> Callable[..., Any]:
    """The same with ``--json``: what stdout holds, and nothing beside it."""

    def call(*arguments: object) -> Any:
        done = towhee(*arguments, "--json")
        assert done.exit_code == 0, done.stderr
        return json.loads(done.stdout)

    return call


def _picture(path: Path, seed: int) -> Path:
    """A picture of random blocks, of its own colours."""
    path.parent.mkdir(parents=True, exist_ok=True)
    blocks = np.random.default_rng(seed).integers(0, 256, (6, 8, 3)).astype(np.uint8)
    PIL.Image.fromarray(blocks).resize((160, 120), PIL.Image.Resampling.NEAREST).save(path)
    return path


@pytest.fixture
def picture() -> Callable[[Path, int], Path]:
    """``picture(path, seed)``: write a picture."""
    return _picture


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """A folder of four pictures, one of them broken, beside what is no picture."""
    folder = tmp_path / "photos"
    for seed, name in enumerate(["a.png", "B.JPG", "trips/c.jpeg"]):
        _picture(folder / name, seed)
    whole = _picture(folder / "broken.jpg", 9).read_bytes()
    (folder / "broken.jpg").write_bytes(whole[: len(whole) // 2])
    (folder / "notes.txt").write_text("no picture")
    _picture(folder / ".thumbnails/d.jpg", 4)
    _picture(folder / "._a.png", 5)
    return folder
