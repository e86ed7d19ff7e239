"""The folder of a repository of the Hub is whole and sound, or it is not taken for a model."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from hub_server import HubServer

REPOSITORY = "someone/model"
NOWHERE = "http://127.0.0.1:9"
FILES = {
    "config.json": b'{"model_type": "tiny"}',
    "tokenizer.json": b'{"version": "1.0"}',
    "model.safetensors": bytes(range(256)) * 4000,
}
PROGRAM = """
import json, resource, sys
from towhee.errors import TowheeError
from towhee.models.hub_weights import cached_folder, pulled_folder
limit = int(sys.argv[1])
if limit:
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
try:
    folder = pulled_folder("someone/model", model_name="someone/model")
    told = {"folder": str(folder), "files": sorted(file.name for file in folder.iterdir())}
except TowheeError as error:
    told = {"error": type(error).__name__, "message": str(error)}
cached = cached_folder("someone/model")
print(json.dumps({**told, "cached": None if cached is None else str(cached)}))
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A Hub that has one model."""
    folder = tmp_path / "hub" / REPOSITORY
    folder.mkdir(parents=True)
    for name, content in FILES.items():
        (folder / name).write_bytes(content)
    return tmp_path / "hub"


def start(endpoint: str, home: Path, limit: int = 0, **more: str) -> subprocess.Popen[str]:
    """Begin to pull the model in a process of its own."""
    hub = {"HF_ENDPOINT": endpoint, "HF_HOME": str(home), "HF_HUB_DISABLE_XET": "1", **more}
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(limit)],
        env={**os.environ, **hub},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def told_by(process: subprocess.Popen[str]) -> dict[str, Any]:
    output, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    told: dict[str, Any] = json.loads(output)
    return told


def pulled(endpoint: str, home: Path, limit: int = 0, **more: str) -> dict[str, Any]:
    return told_by(start(endpoint, home, limit, **more))


def assert_is_whole(told: dict[str, Any]) -> None:
    assert told.get("files") == sorted(FILES), told
    for name, content in FILES.items():
        assert Path(told["folder"], name).read_bytes() == content


@pytest.mark.parametrize("redirect", [False, True])
def test_a_folder_is_pulled_once_and_serves_offline(
    root: Path, tmp_path: Path, redirect: bool
) -> None:
    server = HubServer(root, redirect=redirect)
    with server as endpoint:
        assert_is_whole(pulled(endpoint, tmp_path / "home"))
        seen = len(server.requests)
        assert_is_whole(pulled(endpoint, tmp_path / "home"))
        assert server.requests[seen:] == [], "nothing is asked for again"
    assert_is_whole(pulled(NOWHERE, tmp_path / "home"))
    assert_is_whole(pulled(NOWHERE, tmp_path / "home", HF_HUB_OFFLINE="1"))


@pytest.mark.parametrize("name", sorted(FILES))
def test_a_folder_that_lacks_a_file_is_not_taken_for_whole(
    root: Path, tmp_path: Path, name: str
) -> None:
    home = tmp_path / "home"
    with HubServer(root) as endpoint:
        Path(pulled(endpoint, home)["folder"], name).unlink()
        told = pulled(NOWHERE, home)
        assert (told["error"], told["cached"]) == ("WeightsError", None)
        assert_is_whole(pulled(endpoint, home))


@pytest.mark.parametrize("name", sorted(FILES))
def test_a_damaged_file_is_named_and_pulled_again(root: Path, tmp_path: Path, name: str) -> None:
    home = tmp_path / "home"
    with HubServer(root) as endpoint:
        file = Path(pulled(endpoint, home)["folder"], name)
        content = bytearray(file.read_bytes())
        content[-1] ^= 1
        file.resolve().write_bytes(content)
        told = pulled(NOWHERE, home)
        assert told["error"] == "WeightsError"
        assert str(file) in told["message"]
        assert "is damaged" in told["message"]
        assert_is_whole(pulled(endpoint, home))


def test_a_server_that_dies_in_the_middle_leaves_no_model(root: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    with HubServer(root, cut=0.5) as endpoint:
        told = pulled(endpoint, home)
    assert (told["error"], told["cached"]) == ("WeightsError", None)
    with HubServer(root) as endpoint:
        assert_is_whole(pulled(endpoint, home))


def test_a_full_disk_is_told_as_such(root: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    with HubServer(root) as endpoint:
        told = pulled(endpoint, home, limit=100_000)
        assert (told["error"], told["cached"]) == ("WeightsError", None)
        assert "no room on the disk" in told["message"]
        assert_is_whole(pulled(endpoint, home))


def test_two_processes_that_pull_at_once_get_one_folder(root: Path, tmp_path: Path) -> None:
    with HubServer(root) as endpoint:
        both = [start(endpoint, tmp_path / "home") for _ in range(2)]
        first, second = map(told_by, both)
    assert_is_whole(first)
    assert first == second


def test_a_pull_that_was_killed_is_done_again(root: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    server = HubServer(root, stalled=0.5)
    with server as endpoint:
        process = start(endpoint, home)
        server.wait_for_stall()
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=60)
    told = pulled(NOWHERE, home)
    assert (told["error"], told["cached"]) == ("WeightsError", None)
    with HubServer(root) as endpoint:
        assert_is_whole(pulled(endpoint, home))


def test_a_cache_that_another_program_filled_is_completed_or_taken_as_it_is(
    root: Path, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    with HubServer(root) as endpoint:
        folder = Path(pulled(endpoint, home)["folder"])
        for listing in (folder.parents[1] / "trees").iterdir():
            listing.unlink()
        (folder / "tokenizer.json").unlink()
        offline = pulled(NOWHERE, home)
        assert offline["files"] == ["config.json", "model.safetensors"]
        assert_is_whole(pulled(endpoint, home))
