"""What is pushed is pulled elsewhere, and gives the same vectors, bit for bit, from every home."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hub_server import HubServer
from packages import CONTENT, WEIGHTS, serving, small_package
from sentence_models import MINILM
from tiny_models import tiny_checkpoint
from towhee.hub.http_home import TOKEN

HOMES = pytest.mark.parametrize("kind", ["directory", "http", "hugging face"])
SECRET = "a long secret"
PUSH = """
import json, sys
import numpy as np
from towhee import hub, ops
home, checkpoint = sys.argv[1:]
picture = np.random.default_rng(0).integers(0, 256, (80, 100, 3)).astype(np.uint8)
op = ops.image_embedding.timm(checkpoint=checkpoint, layer="layer3", backend="torch")
vector = op(picture).tolist()
first = hub.push(op, "me/tiny", home=home, license="apache-2.0", summary="a tiny model")
again = hub.push(ops.image_embedding.timm(checkpoint=checkpoint, backend="torch"), "me/tiny",
                 home=home, version="2.0.0")
print(json.dumps({"vector": vector, "revisions": [first.revision, again.revision]}))
"""
PULL = """
import json, sys
import numpy as np
from pathlib import Path
from towhee import hub, ops, pipeline
home, revision = sys.argv[1:]
picture = np.random.default_rng(0).integers(0, 256, (80, 100, 3)).astype(np.uint8)
op = ops("me/tiny", revision=revision, home=home)
package = hub.pull(f"me/tiny@{revision}", home=home)
print(json.dumps({
    "vector": op(picture).tolist(),
    "of_pipeline": pipeline("me/tiny", revision=revision, home=home)(picture).tolist(),
    "labels": (package.folder / "weights/labels.txt").read_text(),
    "license": package.manifest.license,
    "newest": hub.pull("me/tiny", home=home).manifest.version,
}))
"""
OFFLINE = """
import json, sys
import numpy as np
from towhee import pipeline
picture = np.random.default_rng(0).integers(0, 256, (80, 100, 3)).astype(np.uint8)
print(json.dumps(pipeline("me/tiny", revision=sys.argv[1])(picture).tolist()))
"""
SENTENCES = """
import json, sys
from towhee import hub, ops, pipeline
home, checkpoint = sys.argv[1:]
text = "A towhee is a bird of the undergrowth."
op = ops.text_embedding.sentence_transformers(checkpoint=checkpoint, backend="torch")
hub.push(op, "me/sentences", home=home)
pulled = pipeline("me/sentences", home=home)
print(json.dumps([op(text).tolist(), pulled(text).tolist(), str(pulled.plan)]))
"""


def run(program: str, *words: str, **environment: str) -> Any:
    """What a program in a process of its own prints."""
    done = subprocess.run(
        [sys.executable, "-c", program, *words],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@contextlib.contextmanager
def home_of_kind(kind: str, folder: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """An empty home, and the environment that leads to it."""
    folder.mkdir()
    if kind == "directory":
        yield str(folder), {}
    elif kind == "http":
        with serving(folder, token=SECRET) as (address, _):
            yield address, {TOKEN: SECRET}
    else:
        with HubServer(folder, redirect=True) as endpoint:
            yield (
                "hf",
                {"HF_ENDPOINT": endpoint, "HF_HUB_DISABLE_XET": "1", "HF_TOKEN": "hf_any"},
            )


def machine(folder: Path) -> dict[str, str]:
    """The caches of a machine of its own."""
    return {"XDG_CACHE_HOME": str(folder / "cache"), "HF_HOME": str(folder / "hf")}


@HOMES
def test_the_round_trip_gives_the_same_vectors(kind: str, tmp_path: Path) -> None:
    checkpoint = tiny_checkpoint(tmp_path / "checkpoint")
    (checkpoint / "labels.txt").write_text("towhee\nwren\n")
    with home_of_kind(kind, tmp_path / "home") as (home, more):
        pushed = run(PUSH, home, str(checkpoint), **machine(tmp_path / "one"), **more)
        revision, newest = pushed["revisions"]
        other = machine(tmp_path / "two")
        pulled = run(PULL, home, revision, **other, **more)
    assert pulled["vector"] == pulled["of_pipeline"] == pushed["vector"]
    assert pulled["labels"] == "towhee\nwren\n"
    assert (pulled["license"], pulled["newest"]) == ("apache-2.0", "2.0.0")
    assert revision != newest
    assert run(OFFLINE, revision, **other, HF_ENDPOINT="http://127.0.0.1:9") == pushed["vector"]


def test_a_sentence_model_takes_its_tokenizer_and_pooling_along(tmp_path: Path) -> None:
    here = machine(tmp_path)
    before, after, plan = run(SENTENCES, str(tmp_path / "home"), str(MINILM), **here)
    assert before == after
    assert str(tmp_path / "cache") in plan, "it runs from what was pulled"


HUB = """
import json, sys
from towhee import hub
from towhee.errors import TowheeError
from towhee.hub.homes import home_of
from towhee.hub.pulling import installed
told = []
for call in sys.argv[1:]:
    try:
        told.append(eval(call))
    except TowheeError as error:
        told.append(f"{type(error).__name__}: {error}")
print(json.dumps(told))
"""


def test_the_hub_gives_out_what_it_lists_and_heals_what_is_damaged(tmp_path: Path) -> None:
    here = machine(tmp_path)
    source = small_package(tmp_path / "small")
    with home_of_kind("hugging face", tmp_path / "home") as (_, more):
        revision, listed, folder = run(
            HUB,
            f"hub.push({str(source.folder)!r}, 'me/small').revision",
            "[each.name for each in home_of('hf').list('small')]",
            "str(hub.pull('me/small').folder)",
            **here,
            **more,
        )
        assert listed == ["me/small"]
        file = Path(folder, WEIGHTS)
        assert file.parents[1].name == revision
        file.write_bytes(b"x" + file.read_bytes()[1:])  # the Hub's own cache shares the file
        (healed,) = run(HUB, "str(installed('me/small').folder)", **here, **more)
        assert Path(healed, WEIGHTS).read_bytes() == CONTENT
        (tmp_path / "home/me/plain").mkdir()
        calls = ("hub.pull('me/nothing')", "hub.pull('me/plain')")
        unknown, no_package = run(HUB, *calls, **here, **more)
        assert unknown.startswith("UnknownNameError: no package is called 'me/nothing'")
        assert "it holds no towhee.yaml" in no_package
    dead = {"HF_ENDPOINT": "http://127.0.0.1:9"}
    (unreachable,) = run(HUB, "hub.pull('me/other')", **here, **dead)
    assert unreachable.startswith("PackageError: me/other: the Hugging Face Hub cannot be reached")
    (offline,) = run(HUB, "hub.pull('me/other')", **here, HF_HUB_OFFLINE="1")
    assert "HF_HUB_OFFLINE" in offline


def test_a_hub_that_dies_in_the_middle_leaves_nothing(tmp_path: Path) -> None:
    here = {**machine(tmp_path), "HF_HUB_DISABLE_XET": "1"}
    small_package(tmp_path / "home/me/small")
    with HubServer(tmp_path / "home", cut=0.3) as endpoint:
        (told,) = run(HUB, "hub.pull('me/small')", HF_ENDPOINT=endpoint, **here)
    assert told.startswith("PackageError: ")
    assert not list((tmp_path / "cache/towhee/hub").glob("me/small/*/towhee.yaml"))
    with HubServer(tmp_path / "home") as endpoint:
        (folder,) = run(HUB, "str(hub.pull('me/small').folder)", HF_ENDPOINT=endpoint, **here)
    assert Path(folder, WEIGHTS).read_bytes() == CONTENT
