"""A stamp shows that a file has changed, whatever was done to hide it."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from towhee.cache.stamp import stamp_of


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "a.jpg"
    path.write_bytes(b"first")
    return path


def state(path: Path) -> bytes:
    stamp = stamp_of(path)
    assert stamp is not None
    return stamp.state


def test_a_file_that_nobody_touched_keeps_its_stamp(file: Path) -> None:
    before = state(file)
    file.read_bytes()
    assert state(file) == before


def test_another_size_shows(file: Path) -> None:
    before = state(file)
    file.write_bytes(b"second")
    assert state(file) != before


def test_content_under_the_old_size_and_the_old_time_of_modification_shows(file: Path) -> None:
    # The clock of the file system ticks every few milliseconds; begin with an old file.
    os.utime(file, ns=(10**18, 10**18))
    seen, before = file.stat(), state(file)
    while file.stat().st_ctime_ns == seen.st_ctime_ns:
        file.write_bytes(b"other")
        os.utime(file, ns=(seen.st_atime_ns, seen.st_mtime_ns))
    now = file.stat()
    assert (now.st_size, now.st_mtime_ns, now.st_ino) == (5, seen.st_mtime_ns, seen.st_ino)
    assert state(file) != before


def test_another_file_under_the_name_shows(file: Path, tmp_path: Path) -> None:
    os.utime(file, ns=(10**18, 10**18))
    before = state(file)
    other = tmp_path / "other.jpg"
    other.write_bytes(b"other")
    os.utime(other, ns=(10**18, 10**18))
    other.replace(file)
    assert state(file) != before


def test_a_stamp_is_settled_only_when_a_later_change_must_show(file: Path) -> None:
    fresh = stamp_of(file, file.stat().st_ctime_ns + 10**9)
    later = time.time_ns() + 60 * 10**9  # when what was written just now has long settled
    old = stamp_of(file, later)
    assert fresh is not None
    assert old is not None
    assert (fresh.is_settled, old.is_settled) == (False, True)
    os.utime(file, ns=(later + 10**12,) * 2)  # from a clock that is ahead
    ahead = stamp_of(file, later)
    assert ahead is not None
    assert not ahead.is_settled


def test_one_file_has_one_place_however_its_path_is_written(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(file.parent)
    places = {stamp.place for stamp in map(stamp_of, ["a.jpg", "./a.jpg", file]) if stamp}
    assert len(places) == 1


def test_what_is_no_regular_file_has_no_stamp(tmp_path: Path) -> None:
    assert stamp_of(tmp_path) is None
    assert stamp_of(tmp_path / "absent") is None
    assert stamp_of("a\0b") is None
    assert stamp_of("/dev/null") is None
