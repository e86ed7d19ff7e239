"""``towhee hub``: packages made, checked, pushed, found, pulled, verified and deleted."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from hub_server import HubServer
from packages import CONTENT, WEIGHTS, published, small_package
from tiny_models import tiny_checkpoint
from towhee.hub.http_home import HttpHome

MAIN = "from towhee.cli.main import main; main()"


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("TOWHEE_HUB", raising=False)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A directory home with one package."""
    published(tmp_path / "work", tmp_path / "home", summary="small numbers")
    return tmp_path / "home"


def test_a_package_from_its_beginning_to_its_end(
    towhee: Any, towhee_json: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TOWHEE_HUB", str(tmp_path / "home"))
    made = towhee_json("hub", "init", "me/birds")
    assert made["files"] == ["README.md", "pipeline.yaml", "towhee.yaml"]
    assert towhee_json("hub", "validate", "birds")["kind"] == "pipeline"
    (tmp_path / "birds/labels.txt").write_text("towhee\n")
    changed = towhee("hub", "validate", "birds")
    assert changed.exit_code == 1
    assert "'birds/labels.txt' is not listed" in changed.stderr
    revision = towhee_json("hub", "validate", "birds", "--write")["revision"]
    assert towhee_json("hub", "push", "birds")["revision"] == revision
    (found,) = towhee_json("hub", "search", "birds", "pipeline")
    assert (found["name"], found["revision"]) == ("me/birds", revision)
    assert towhee_json("hub", "search", "no", "such") == []
    pulled = towhee_json("hub", "pull", "me/birds")
    assert (Path(pulled["path"]) / "labels.txt").read_text() == "towhee\n"
    (here,) = towhee_json("hub", "list")
    assert (here["name"], here["folder"]) == ("me/birds", pulled["path"])
    assert here["bytes"] >= pulled["bytes"]
    info = towhee_json("hub", "info", "me/birds")
    assert info["home"] == str(tmp_path / "home")
    assert [file["path"] for file in info["files"]] == ["README.md", "labels.txt", "pipeline.yaml"]
    (checked,) = towhee_json("hub", "verify", "me/birds")
    assert checked["error"] is None
    gone = towhee_json("hub", "rm", "me/birds")
    assert gone["freed_bytes"] == here["bytes"]
    assert towhee_json("hub", "list") == []


def test_an_operator_is_pushed_with_its_weights(
    towhee_json: Any, tmp_path: Path, home: Path
) -> None:
    checkpoint = tiny_checkpoint(tmp_path / "tiny")
    given = ("--operator", "image_embedding.timm", "--set", f"checkpoint={checkpoint}")
    pushed = towhee_json("hub", "push", "me/tiny", *given, "--home", home, "--license", "mit")
    info = towhee_json("hub", "info", "me/tiny", "--home", home)
    assert info["revision"] == pushed["revision"]
    assert info["license"] == "mit"
    assert info["arguments"] == {"checkpoint": "./weights"}
    assert "weights/model.safetensors" in [file["path"] for file in info["files"]]


def test_a_pipeline_is_pushed(towhee_json: Any, home: Path) -> None:
    towhee_json("hub", "push", "me/chain", "--pipeline", "image-embedding", "--home", home)
    assert towhee_json("hub", "info", "me/chain", "--home", home)["kind"] == "pipeline"


def test_a_pulled_package_runs_by_its_name(
    towhee: Any, towhee_json: Any, tmp_path: Path, picture: Any
) -> None:
    image = picture(tmp_path / "a.png", 1)
    home = tmp_path / "home"
    towhee_json("hub", "push", "me/chain", "--pipeline", "image-embedding", "--home", home)
    towhee_json("hub", "pull", "me/chain", "--home", home)
    ran = towhee("run", "me/chain", image)
    assert ran.exit_code == 0, ran.stderr
    assert ran.stdout == towhee("run", "image-embedding", image).stdout
    written = ("-o", tmp_path / "a.csv", "--pipeline", "me/chain")
    assert towhee_json("embed", image, *written)["rows"] == 1


def test_damage_is_named_and_ends_with_one(towhee: Any, towhee_json: Any, home: Path) -> None:
    pulled = towhee_json("hub", "pull", "me/small", "--home", home)
    file = Path(pulled["path"], WEIGHTS)
    file.write_bytes(CONTENT[:-1] + b"x")
    done = towhee("hub", "verify")
    assert done.exit_code == 1
    assert str(file) in done.stdout.replace("\n", "")
    towhee_json("hub", "pull", "me/small", "--home", home)
    assert towhee("hub", "verify").exit_code == 0


def test_what_later_pulls_superseded_is_deleted(
    towhee_json: Any, home: Path, tmp_path: Path
) -> None:
    first = towhee_json("hub", "pull", "me/small", "--home", home)
    published(tmp_path / "second", home, version="2.0.0")
    second = towhee_json("hub", "pull", "me/small", "--home", home)
    gone = towhee_json("hub", "rm", "--superseded")
    assert gone["removed"] == [{"name": "me/small", "revision": first["revision"]}]
    assert gone["freed_bytes"] > len(CONTENT)
    (left,) = towhee_json("hub", "list")
    assert left["revision"] == second["revision"]


def test_one_revision_is_deleted(towhee_json: Any, home: Path, tmp_path: Path) -> None:
    towhee_json("hub", "pull", "me/small", "--home", home)
    published(tmp_path / "second", home, version="2.0.0")
    second = towhee_json("hub", "pull", "me/small", "--home", home)
    towhee_json("hub", "rm", "me/small", "--revision", "1.0.0")
    assert [row["revision"] for row in towhee_json("hub", "list")] == [second["revision"]]


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (("pull", "me/smal"), "did you mean 'me/small'"),
        (("pull", "me/small", "--revision", "9"), "1.0.0"),
        (("info", "small"), "owner/name"),
    ],
)
def test_a_wrong_name_is_one_sentence(
    towhee: Any, home: Path, command: tuple[str, ...], said: str
) -> None:
    done = towhee("hub", *command, "--home", home)
    assert done.exit_code == 1
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("command", ["rm", "verify"])
def test_what_is_not_here_is_told_as_such(towhee: Any, command: str) -> None:
    done = towhee("hub", command, "me/nothing")
    assert done.exit_code == 1
    assert "me/nothing is not here" in done.stderr


@pytest.mark.parametrize(
    "command",
    [
        ("init",),
        ("init", "me/a", "--operator", "a"),
        ("rm",),
        ("push", "a", "--set", "b=c"),
        ("push", "a", "--operator", "b", "--pipeline", "c"),
    ],
)
def test_commands_that_mean_nothing_are_refused(towhee: Any, command: tuple[str, ...]) -> None:
    assert towhee("hub", *command).exit_code == 2


def test_an_archive_is_validated(towhee_json: Any, tmp_path: Path) -> None:
    package = small_package(tmp_path / "small")
    archive = shutil.make_archive(str(tmp_path / "packed"), "zip", package.folder)
    assert towhee_json("hub", "validate", archive)["revision"] == package.revision


def test_an_operator_to_be_installed_is_begun(
    towhee: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = towhee("hub", "init", "--operator", "my_task.my_op")
    assert done.exit_code == 0, done.stderr
    assert "towhee-my-task-my-op/pyproject.toml" in done.stdout
    assert (tmp_path / "towhee-my-task-my-op/tests/test_my_task_my_op.py").is_file()


def test_a_directory_is_served_until_ctrl_c(home: Path) -> None:
    words = [sys.executable, "-u", "-c", MAIN, "hub", "serve", str(home), "--port", "0", "--json"]
    process = subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=dict(os.environ)
    )
    try:
        assert process.stdout is not None
        lines = ""
        while not lines.endswith("}\n"):
            lines += process.stdout.readline()
        address = json.loads(lines)["address"]
        assert address.startswith("http://127.0.0.1:")
        assert [each.name for each in HttpHome(address).list()] == ["me/small"]
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 0, errors
    assert "Traceback" not in errors


def test_a_server_that_takes_packages_needs_a_token(
    towhee: Any, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TOWHEE_HUB_TOKEN", raising=False)
    done = towhee("hub", "serve", home, "--allow-push")
    assert done.exit_code == 1
    assert "TOWHEE_HUB_TOKEN" in done.stderr


def test_a_name_with_an_owner_is_a_package_where_the_hub_has_one(tmp_path: Path) -> None:
    package = small_package(tmp_path / "hub/me/small")
    model = tmp_path / "hub/me/model"
    model.mkdir()
    (model / "config.json").write_text("{}")
    with HubServer(tmp_path / "hub") as endpoint:
        hub = {"HF_ENDPOINT": endpoint, "HF_HOME": str(tmp_path / "hf")}
        told = [
            subprocess.run(
                [sys.executable, "-c", MAIN, "hub", "pull", name, "--json"],
                env={**os.environ, **hub, "HF_HUB_DISABLE_XET": "1"},
                capture_output=True,
                text=True,
                timeout=240,
            )
            for name in ("me/small", "me/model")
        ]
    assert told[0].returncode == 0, told[0].stderr
    assert json.loads(told[0].stdout)["version"] == package.manifest.version
    assert told[1].returncode == 1
    assert "holds no modules.json" in told[1].stderr, "it is taken for a sentence model"
