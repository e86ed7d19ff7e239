"""What ``towhee hub init`` makes is complete as it stands."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from towhee import ops, pipeline
from towhee.errors import UsageError
from towhee.hub import push
from towhee.hub.starting import started_operator, started_package

PIP = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]


@pytest.mark.parametrize("kind", ["pipeline", "operator", "model"])
def test_a_package_is_sound_and_can_be_pushed(tmp_path: Path, kind: Any) -> None:
    package = started_package("me/start", tmp_path / "start", kind)
    package.verify()
    assert push(package.folder, "me/start", home=tmp_path / "home").revision == package.revision


def test_the_operator_of_a_package_works(tmp_path: Path) -> None:
    started_package("me/start", tmp_path / "start", "operator")
    push(tmp_path / "start", "me/start", home=tmp_path / "home")
    embed = ops("me/start", home=tmp_path / "home", trust_remote_code=True)
    assert embed("listen") @ embed("silent") == pytest.approx(1.0)
    embed_all = pipeline("me/start", trust_remote_code=True, normalize=False)
    assert embed_all(["aab"])[0][:2].tolist() == [2, 1]


@pytest.mark.parametrize("operator", ["my_op", "my_task.my_op"])
def test_a_generated_operator_is_installed_and_its_tests_pass(
    tmp_path: Path, operator: str
) -> None:
    folder = started_operator(operator, tmp_path / "made")
    target = tmp_path / "site"
    install = [*PIP, "--no-deps", "--no-build-isolation", "--target", str(target), str(folder)]
    done = subprocess.run(install, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    tests = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(folder / "tests")]
    environment = {**os.environ, "PYTHONPATH": str(target)}
    done = subprocess.run(
        tests, env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stdout
    assert "3 passed" in done.stdout


@pytest.mark.parametrize("name", ["", "My Op", "my-op", "a.b.c.d", "../x", "1st", "a..b"])
def test_an_operator_is_called_what_can_be_written_behind_a_dot(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="small letters"):
        started_operator(name, tmp_path / "made")
    assert not (tmp_path / "made").exists()


def test_names_and_folders_that_are_taken_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is an operator"):
        started_operator("image_embedding.timm", tmp_path / "made")
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken/file").touch()
    with pytest.raises(UsageError, match="is there already"):
        started_operator("my_op", tmp_path / "taken")
    with pytest.raises(UsageError, match="is there already"):
        started_package("me/start", tmp_path / "taken")
