"""Where a cache lies and how large it may be, in a user's words."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from towhee.cache.location import bytes_of, cache_folder
from towhee.errors import UsageError


def test_the_users_own_cache_lies_under_xdg_cache_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_folder() == str(tmp_path / "towhee" / "vectors")
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert cache_folder() == str(tmp_path / "home" / ".cache" / "towhee" / "vectors")


def test_a_folder_is_absolute_so_that_a_later_run_finds_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert cache_folder("kept") == os.fspath(tmp_path / "kept")
    assert cache_folder(Path("kept")) == os.fspath(tmp_path / "kept")
    assert cache_folder("~/kept") == os.fspath(tmp_path / "home" / "kept")


@pytest.mark.parametrize("path", ["", 3, True])
def test_what_is_no_path_is_refused(path: Any) -> None:
    with pytest.raises(UsageError, match="path of a folder"):
        cache_folder(path)


@pytest.mark.parametrize(
    ("size", "number"),
    [
        (2_000_000, 2_000_000),
        ("10GB", 10 * 10**9),
        ("10 gb", 10 * 10**9),
        ("2GiB", 2 * 2**30),
        ("1.5G", 1_500_000_000),
        ("5000000", 5_000_000),
        ("1TB", 10**12),
        ("2000kB", 2_000_000),
    ],
)
def test_a_size_is_a_number_or_a_text(size: int | str, number: int) -> None:
    assert bytes_of(size) == number


@pytest.mark.parametrize("size", ["much", "", "10GBytes", "-1GB", None, 1.5, True, "1e9"])
def test_what_is_no_size_is_refused(size: Any) -> None:
    with pytest.raises(UsageError, match='such as "10GB"'):
        bytes_of(size)


@pytest.mark.parametrize("size", [0, "10kB", 999_999])
def test_a_size_that_holds_next_to_nothing_is_refused(size: int | str) -> None:
    with pytest.raises(UsageError, match="at least 1MB"):
        bytes_of(size)
