"""Files and file objects are read, and what cannot be read says why and what to do."""

from __future__ import annotations

import io
import os
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

from towhee.errors import DataError, FetchError
from towhee.fetch import is_url, read_bytes, source_name
from towhee.fetch.source import Content, Source

CONTENT = b"\x00\x01content"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "cat.jpg"
    path.write_bytes(CONTENT)
    return path


def test_every_kind_of_source_gives_its_bytes(file: Path) -> None:
    sources: list[Source] = [file, str(file), CONTENT, bytearray(CONTENT), memoryview(CONTENT)]
    for source in [*sources, io.BytesIO(CONTENT)]:
        content = read_bytes(source)
        assert type(content) is bytes
        assert content == CONTENT
    with file.open("rb") as opened:
        assert read_bytes(opened) == CONTENT


def test_a_missing_file_says_whether_its_folder_exists(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(DataError, match=r"dog\.jpg does not exist, though its folder .* does"):
        read_bytes(tmp_path / "dog.jpg")
    with pytest.raises(DataError, match=r"dog\.jpg does not exist, nor does its folder .*photos"):
        read_bytes(tmp_path / "photos" / "dog.jpg")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DataError, match=r"^dog\.jpg does not exist, though the working folder"):
        read_bytes("dog.jpg")


def test_an_address_given_as_a_path_is_pointed_out() -> None:
    with pytest.raises(DataError, match="an address is passed as a str"):
        read_bytes(Path("https://example.org/a.jpg"))


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="is a folder; pass the path of a file in it"):
        read_bytes(tmp_path)


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "cat.jpg").touch()
    with pytest.raises(DataError, match=r"cat\.jpg is empty \(0 bytes\)"):
        read_bytes(tmp_path / "cat.jpg")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read all")
def test_a_file_without_permission_is_refused(file: Path) -> None:
    file.chmod(0)
    with pytest.raises(DataError, match=r"cat\.jpg may not be read by this user; change"):
        read_bytes(file)


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="no such device on this system")
def test_a_device_that_never_ends_is_refused() -> None:
    with pytest.raises(DataError, match="not a regular file; read it yourself"):
        read_bytes("/dev/zero")


@pytest.mark.parametrize("path", ["a\x00b.jpg", "a" * 5000, '{"json": "no path"}' * 300])
def test_a_text_that_cannot_be_a_path_is_refused_briefly(path: str) -> None:
    with pytest.raises(DataError) as caught:
        read_bytes(path)
    assert len(str(caught.value)) < 500


def test_a_file_opened_as_text_is_refused(file: Path) -> None:
    with pytest.raises(DataError, match="is opened as text; open it in binary mode"):
        read_bytes(io.StringIO("text"))  # type: ignore[arg-type]


def test_a_file_that_was_read_to_its_end_says_so(file: Path) -> None:
    with file.open("rb") as opened:
        opened.read()
        with pytest.raises(DataError, match=r"cat\.jpg has been read to its end.*seek\(0\)"):
            read_bytes(opened)
    with pytest.raises(DataError, match="closed"):
        read_bytes(opened)


def test_another_kind_is_refused_by_its_type() -> None:
    with pytest.raises(DataError, match="a int cannot be read; pass a path"):
        read_bytes(3)  # type: ignore[arg-type]


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://example.org/a", "data:image/png,a"])
def test_an_address_of_another_scheme_is_refused_by_name(url: str) -> None:
    with pytest.raises(FetchError, match=f"not {url.partition(':')[0]};"):
        read_bytes(url)


def test_addresses_are_told_from_paths() -> None:
    assert all(map(is_url, ["http://a", "HTTPS://a", " s3://a", "data:,a", "a.b+c-d://a"]))
    assert not any(map(is_url, ["a.jpg", "C:\\a.jpg", "C://a.jpg", "/a://b", "//a/b", "", "a:b"]))


def test_names_hide_secrets_and_are_short(file: Path) -> None:
    assert source_name("https://me:secret@example.org/a?secret") == "https://example.org/a?…"
    assert source_name(file) == str(file)
    assert source_name(io.BytesIO()) == "<BytesIO>"
    assert source_name(memoryview(CONTENT)) == "<9 bytes>"
    with file.open("rb") as opened:
        assert source_name(opened) == str(file)


def test_content_keeps_its_name_on_the_way_to_another_process() -> None:
    copy = pickle.loads(pickle.dumps(Content(CONTENT, "cat.jpg")))
    assert (copy, copy.name) == (CONTENT, "cat.jpg")


def test_reading_files_does_not_import_urllib3() -> None:
    code = "import sys, towhee.fetch as f; f.read_bytes(b'a'); assert 'urllib3' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
