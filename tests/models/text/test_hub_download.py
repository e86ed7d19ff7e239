"""Sentence models come from the Hub at the commit that is pinned, and serve offline afterwards."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hub_server import HubServer
from sentence_models import MINILM, of_sentence_transformers
from towhee.models.text.known_models import DEFAULT_MODEL, KNOWN

REPOSITORY = f"sentence-transformers/{DEFAULT_MODEL}"
TEXT = "A towhee is a bird of the undergrowth."
PROGRAM = """
import json, sys
from towhee import pipeline
from towhee.errors import TowheeError
try:
    embed = pipeline(sys.argv[1], backend="torch", precision="float32")
    told = {"vector": embed(sys.argv[2]).tolist()}
except TowheeError as error:
    told = {"error": type(error).__name__, "message": str(error)}
print(json.dumps(told))
"""
CLI = "from towhee.cli.main import main; main()"


def run(program: str, *words: str, endpoint: str, home: Path, **environment: str) -> Any:
    """What a program prints, in a process of its own that takes ``endpoint`` for the Hub."""
    hub = {"HF_ENDPOINT": endpoint, "HF_HOME": str(home), "HF_HUB_DISABLE_XET": "1"}
    done = subprocess.run(
        [sys.executable, "-c", program, *words],
        env={**os.environ, **hub, **environment},
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def repositories(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Hub that has all-MiniLM-L6-v2, with its real weights."""
    root = tmp_path_factory.mktemp("repositories")
    shutil.copytree(MINILM, root / REPOSITORY)
    return root


def test_the_default_model_is_downloaded_once_and_serves_offline(
    repositories: Path, tmp_path: Path
) -> None:
    expected = of_sentence_transformers(MINILM, [TEXT])[0]
    server = HubServer(repositories)
    with server as endpoint:
        hub = {"endpoint": endpoint, "home": tmp_path}
        first = run(PROGRAM, "sentence-embedding", TEXT, **hub)
        seen = len(server.requests)
        again = run(PROGRAM, f"sentence-embedding-{DEFAULT_MODEL}", TEXT, **hub)
        asked = [line for line in server.requests[seen:] if "/resolve/" in line]
        assert asked == [], "nothing is asked for again"
    offline = run(PROGRAM, "sentence_embedding", TEXT, **hub, HF_HUB_OFFLINE="1")
    assert np.abs(np.array(first["vector"]) - expected).max() < 1e-5
    assert first == again == offline
    files = [line for line in server.requests if "/resolve/" in line]
    assert files
    assert all(f"/resolve/{KNOWN[DEFAULT_MODEL].revision}/" in line for line in files)
    (row,) = (
        row for row in run(CLI, "pipelines", "--json", **hub) if row["name"] == "sentence-embedding"
    )
    assert row["weights_here"]


def test_a_model_is_pulled_ahead_of_use(repositories: Path, tmp_path: Path) -> None:
    with HubServer(repositories) as endpoint:
        hub = {"endpoint": endpoint, "home": tmp_path}
        told = run(CLI, "hub", "pull", DEFAULT_MODEL, "--json", **hub)
    assert told["model"] == REPOSITORY
    assert Path(told["path"]).stat().st_size == told["bytes"] > 90_000_000
    vector = run(PROGRAM, "sentence-embedding", TEXT, **hub, HF_HUB_OFFLINE="1")["vector"]
    assert len(vector) == 384
    about = run(CLI, "info", DEFAULT_MODEL, "--json", **hub)
    assert about["weights_here"]
    assert (about["dimension"], about["license"]) == (384, "apache-2.0")


def test_a_repository_without_a_short_name_is_taken_by_its_own(
    repositories: Path, tmp_path: Path
) -> None:
    shutil.copytree(MINILM, repositories / "someone/their-model", dirs_exist_ok=True)
    with HubServer(repositories) as endpoint:
        told = run(
            PROGRAM,
            "sentence-embedding-someone/their-model",
            TEXT,
            endpoint=endpoint,
            home=tmp_path,
        )
    assert len(told["vector"]) == 384


def test_without_network_or_cache_one_error_says_how_to_get_it(tmp_path: Path) -> None:
    nowhere = {"endpoint": "http://127.0.0.1:9", "home": tmp_path}
    told = run(PROGRAM, "sentence-embedding", TEXT, **nowhere)
    assert told["error"] == "WeightsError"
    for remedy in (f"towhee hub pull {REPOSITORY}", "HF_HUB_OFFLINE", "checkpoint="):
        assert remedy in told["message"]


def test_a_repository_of_another_kind_is_told_as_such(tmp_path: Path) -> None:
    folder = tmp_path / "hub/someone/else"
    folder.mkdir(parents=True)
    (folder / "config.json").write_text("{}")
    with HubServer(tmp_path / "hub") as endpoint:
        hub = {"endpoint": endpoint, "home": tmp_path / "home"}
        told = run(PROGRAM, "sentence-embedding-someone/else", TEXT, **hub)
    assert told["error"] == "WeightsError"
    assert "holds no modules.json" in told["message"]
