"""What breaks on the way leaves no half package, is told in a sentence, and heals when it can."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from packages import CONTENT, WEIGHTS, published, serving, small_package
from towhee import hub
from towhee.errors import PackageError, UnknownNameError
from towhee.hub.homes import home_of
from towhee.hub.package_cache import PackageCache
from towhee.hub.pulling import installed, pull

NAME = "me/small"
PROGRAM = """
import json, resource, sys
from towhee.errors import TowheeError
from towhee.hub.pulling import pull
home, limit = sys.argv[1], int(sys.argv[2])
if limit:
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
try:
    told = {"folder": str(pull("me/small", home=home).folder)}
except TowheeError as error:
    told = {"error": type(error).__name__, "message": str(error)}
print(json.dumps(told))
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A directory home with one package."""
    published(tmp_path / "work", tmp_path / "home")
    return tmp_path / "home"


def weights_of(root: Path) -> Path:
    """The file in the newest revision of the package in a directory home."""
    return home_of(root).package(NAME).folder / WEIGHTS  # type: ignore[attr-defined,no-any-return]


def start(home: str, limit: int = 0) -> subprocess.Popen[str]:
    """Begin to pull in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, home, str(limit)],
        env=dict(os.environ),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def told_by(process: subprocess.Popen[str]) -> dict[str, Any]:
    output, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors
    told: dict[str, Any] = json.loads(output)
    return told


def assert_nothing_is_here() -> None:
    assert PackageCache().packages() == []
    assert PackageCache().find(NAME, None, None) is None


def change_a_byte(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.write_bytes(content)


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:1000])


def grow(file: Path) -> None:
    file.write_bytes(file.read_bytes() + b"x")


DAMAGES = pytest.mark.parametrize("damage", [change_a_byte, cut, grow, Path.unlink])


@pytest.mark.parametrize("over_http", [False, True])
@DAMAGES
def test_what_is_damaged_in_its_home_is_not_taken(
    root: Path, damage: Callable[[Path], None], over_http: bool
) -> None:
    damage(weights_of(root))
    with serving(root) as (address, _):
        with pytest.raises(PackageError, match=r"model\.safetensors"):
            pull(NAME, home=address if over_http else root)
        assert_nothing_is_here()


@pytest.mark.parametrize("over_http", [False, True])
def test_a_manifest_that_changed_is_not_taken(root: Path, over_http: bool) -> None:
    manifest = weights_of(root).parents[1] / "towhee.yaml"
    manifest.write_text(manifest.read_text().replace("1.0.0", "1.0.1"))
    with serving(root) as (address, _):
        with pytest.raises((PackageError, UnknownNameError)):
            pull(NAME, home=address if over_http else root)
        assert_nothing_is_here()


@DAMAGES
def test_what_is_damaged_here_is_named_and_pulled_again(
    root: Path, damage: Callable[[Path], None], caplog: pytest.LogCaptureFixture
) -> None:
    file = pull(NAME, home=root).folder / WEIGHTS
    damage(file)
    package = installed(NAME)
    assert (package.folder / WEIGHTS).read_bytes() == CONTENT
    (record,) = caplog.records
    assert str(file) in record.getMessage()
    assert "pulling it again" in record.getMessage()


@DAMAGES
def test_what_is_damaged_here_and_cannot_be_had_is_named(
    root: Path, damage: Callable[[Path], None]
) -> None:
    with serving(root) as (address, _):
        file = pull(NAME, home=address).folder / WEIGHTS
    damage(file)
    with pytest.raises(PackageError, match="cannot be pulled again") as caught:
        installed(NAME)
    assert str(file) in str(caught.value)
    with serving(root) as (address, _):
        assert (pull(NAME, home=address).folder / WEIGHTS).read_bytes() == CONTENT
    assert (installed(NAME).folder / WEIGHTS).read_bytes() == CONTENT


def test_a_damaged_manifest_here_is_pulled_again(root: Path) -> None:
    package = pull(NAME, home=root)
    (package.folder / "towhee.yaml").write_text("form: 1")
    assert installed(NAME) == package


def test_offline_after_one_pull(root: Path) -> None:
    with serving(root) as (address, requests):
        first = pull(NAME, home=address)
        seen = len(requests.lines)
        assert installed(NAME) == first
        assert requests.lines[seen:] == [], "nothing is asked for again"
    assert installed(NAME) == installed(NAME, home=address) == first
    assert installed(f"{NAME}@1.0.0") == installed(NAME, revision=first.revision[:12]) == first
    with pytest.raises(PackageError, match="cannot be reached"):
        pull(NAME, home=address)


def test_a_dead_server_is_told_as_such() -> None:
    with pytest.raises(PackageError, match=r"http://127\.0\.0\.1:9 cannot be reached"):
        pull(NAME, home="http://127.0.0.1:9")
    assert_nothing_is_here()


def test_a_server_that_dies_in_the_middle_is_gone_on_from(root: Path) -> None:
    short = serving(root, limit=1_000_000)
    with short as (address, _), pytest.raises(PackageError, match="broke off"):
        pull(NAME, home=address)
    assert_nothing_is_here()
    with serving(root) as (address, requests):
        package = pull(NAME, home=address)
    assert (package.folder / WEIGHTS).read_bytes() == CONTENT
    (asked,) = requests.of(WEIGHTS)
    start_byte = int(asked.rpartition("bytes=")[2].rstrip("-"))
    assert 500_000 < start_byte < 1_000_000, "what came before is not sent again"


def test_a_part_that_is_not_what_it_should_be_is_begun_anew(root: Path) -> None:
    revision, _ = home_of(root).manifest(NAME)
    part = PackageCache().parts(NAME, revision) / WEIGHTS
    part.parent.mkdir()
    part.write_bytes(b"something else")
    assert (pull(NAME, home=root).folder / WEIGHTS).read_bytes() == CONTENT


def test_a_pull_that_was_killed_is_done_again(root: Path) -> None:
    with serving(root, limit=1_000_000, stalls=True) as (address, requests):
        process = start(address)
        assert requests.is_stalled.wait(timeout=60)
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=60)
    assert_nothing_is_here()
    with serving(root) as (address, _):
        assert (pull(NAME, home=address).folder / WEIGHTS).read_bytes() == CONTENT


def test_two_processes_that_pull_at_once_download_it_once(root: Path) -> None:
    with serving(root) as (address, requests):
        both = [start(address) for _ in range(2)]
        first, second = map(told_by, both)
    assert "folder" in first
    assert first == second
    assert len(requests.of(WEIGHTS)) == 1
    assert (installed(NAME).folder / WEIGHTS).read_bytes() == CONTENT


def test_a_full_disk_is_told_as_such(root: Path) -> None:
    with serving(root) as (address, _):
        told = told_by(start(address, limit=1_000_000))
        assert told["error"] == "PackageError"
        assert "no room on the disk" in told["message"]
        assert "XDG_CACHE_HOME" in told["message"]
        assert_nothing_is_here()
        assert (pull(NAME, home=address).folder / WEIGHTS).read_bytes() == CONTENT


def test_what_the_disk_has_no_room_for_is_not_begun(root: Path, tmp_path: Path) -> None:
    manifest = weights_of(root).parents[1] / "towhee.yaml"
    content = manifest.read_text().replace("bytes: 2048000", f"bytes: {1 << 40}").encode()

    class Boasting:
        address = "boasting"

        def manifest(self, name: str, revision: str | None = None) -> tuple[str, bytes]:
            return "0" * 64, content

        list = fetch = publish = manifest

    with pytest.raises(PackageError, match=r"takes 1,099,511\.6 MB and .* has room for"):
        pull(NAME, home=Boasting())  # type: ignore[arg-type]
    assert_nothing_is_here()


def test_a_home_that_has_another_package_under_the_name_is_refused(root: Path) -> None:
    (root / "me/other").symlink_to(root / NAME)
    with pytest.raises(PackageError, match="has me/small where me/other should be"):
        pull("me/other", home=root)


def test_a_pull_stays_what_it_is_until_it_is_pulled_again(root: Path, tmp_path: Path) -> None:
    first = pull(NAME, home=root)
    published(tmp_path / "second", root, version="1.1.0", content=b"second")
    assert installed(NAME) == first
    second = pull(NAME, home=root)
    assert installed(NAME) == second != first
    assert (second.folder / WEIGHTS).read_bytes() == b"second"
    assert pull(NAME, home=root, revision="1.0.0") == first
    assert installed(f"{NAME}@{second.revision}") == second


def test_a_package_comes_from_the_home_that_is_named(root: Path, tmp_path: Path) -> None:
    ours = pull(NAME, home=root)
    published(tmp_path / "theirs", tmp_path / "other", version="9.0.0", content=b"theirs")
    theirs = installed(NAME, home=tmp_path / "other")
    assert (theirs.folder / WEIGHTS).read_bytes() == b"theirs"
    assert installed(NAME, home=root) == ours


def test_without_a_home_it_is_where_the_package_came_from(root: Path, tmp_path: Path) -> None:
    first = pull(NAME, home=root)
    published(tmp_path / "second", root, version="2.0.0", content=b"second")
    assert installed(NAME, revision="2.0.0") == pull(NAME) != first


def test_the_home_can_be_said_once(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOWHEE_HUB", root.as_uri())
    assert hub.pull(NAME).name == NAME


def test_what_was_pulled_can_be_deleted(root: Path, tmp_path: Path) -> None:
    cache = PackageCache()
    first = pull(NAME, home=root)
    published(tmp_path / "second", root, version="1.1.0")
    second = pull(NAME, home=root)
    newest = {each.package.revision: each.is_newest for each in cache.packages()}
    assert newest == {first.revision: False, second.revision: True}
    assert cache.remove(first) > len(CONTENT)
    assert [each.package for each in cache.packages()] == [second]
    cache.remove(second)
    assert_nothing_is_here()
    assert not (cache.root / "me").exists()


def test_an_unknown_name_is_answered_with_the_closest(root: Path) -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'me/small'"):
        pull("me/smal", home=root)
    with pytest.raises(UnknownNameError, match=r"1\.0\.0"):
        pull(NAME, home=root, revision="1.0.1")


def test_a_home_that_is_not_there_is_told_as_such(tmp_path: Path) -> None:
    with pytest.raises(PackageError, match="no directory of packages"):
        pull(NAME, home=tmp_path / "nowhere")


def test_a_package_that_is_pushed_again_mends_its_home(root: Path, tmp_path: Path) -> None:
    change_a_byte(weights_of(root))
    home_of(root).publish(small_package(tmp_path / "again"), lambda count: None)
    assert (pull(NAME, home=root).folder / WEIGHTS).read_bytes() == CONTENT
