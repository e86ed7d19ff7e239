"""Digests of files, and when a file has to be read again for them."""

from __future__ import annotations

import hashlib
import os
import time
from pathlib import Path

import pytest

from towhee.models import file_digest
from towhee.models.file_digest import file_sha256, file_sha256_once, git_blob_id

HOUR = 3600 * 10**9


@pytest.fixture
def an_hour_later(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock is an hour ahead of the files' times, so that these are settled."""
    now = time.time_ns()
    monkeypatch.setattr(time, "time_ns", lambda: now + HOUR)


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The files that are read, as they are."""
    seen: list[Path] = []

    def watched(path: Path) -> str:
        seen.append(path)
        return file_sha256(path)

    monkeypatch.setattr(file_digest, "file_sha256", watched)
    return seen


def test_digests_are_those_of_the_content(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_bytes(b"content")
    assert file_sha256(file) == file_sha256_once(file) == hashlib.sha256(b"content").hexdigest()
    assert git_blob_id(file) == "6b584e8ece562ebffc15d38808cd6b98fc3d97ea"  # git hash-object


def test_a_settled_file_is_read_once(
    tmp_path: Path, an_hour_later: None, reads: list[Path]
) -> None:
    file = tmp_path / "a"
    file.write_bytes(b"content")
    assert file_sha256_once(file) == file_sha256_once(file)
    assert reads == [file]


def test_a_file_that_changed_just_now_is_read_again(tmp_path: Path, reads: list[Path]) -> None:
    file = tmp_path / "a"
    file.write_bytes(b"content")
    os.utime(file, ns=(0, time.time_ns()))
    file_sha256_once(file)
    file_sha256_once(file)
    assert reads == [file, file]


def test_new_content_under_old_looks_is_seen(tmp_path: Path, an_hour_later: None) -> None:
    file = tmp_path / "a"
    file.write_bytes(b"before")
    seen = file.stat()
    file_sha256_once(file)
    file.write_bytes(b"after!")
    os.utime(file, ns=(seen.st_atime_ns, seen.st_mtime_ns))  # as `cp -p` would
    assert file_sha256_once(file) == hashlib.sha256(b"after!").hexdigest()
