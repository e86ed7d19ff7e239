"""Which images the names on a command line stand for."""

from __future__ import annotations

from pathlib import Path

import pytest

from towhee.cli.image_inputs import ImageInputs, is_image_name
from towhee.errors import MissingFileError


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Empty files in folders, as the working folder."""
    for name in ["b/z.JPG", "b/c/y.webp", "a.png", "notes.txt", ".x.png", ".h/w.png", "f[1].gif"]:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def found(*named: str, recursive: bool = True) -> list[str]:
    def fail(path: str, error: OSError) -> None:
        raise error

    inputs = ImageInputs(named, recursive=recursive, on_unreadable=fail)
    return [path.replace("\\", "/") for path in inputs]


def test_a_folder_stands_for_the_images_in_it_sorted(folder: Path) -> None:
    assert found(".") == ["./a.png", "./f[1].gif", "./b/z.JPG", "./b/c/y.webp"]


def test_without_subfolders(folder: Path) -> None:
    assert found(".", recursive=False) == ["./a.png", "./f[1].gif"]


def test_hidden_folders_are_searched_when_they_are_named(folder: Path) -> None:
    assert found(".h") == [".h/w.png"]


def test_files_are_taken_whatever_their_names(folder: Path) -> None:
    assert found("notes.txt", ".x.png", "f[1].gif") == ["notes.txt", ".x.png", "f[1].gif"]


def test_patterns(folder: Path) -> None:
    assert found("*.png", "b/**/*.webp") == ["a.png", "b/c/y.webp"]


def test_nothing_is_given_twice(folder: Path) -> None:
    assert found("b/c", "a.png", ".", "./a.png") == [
        "b/c/y.webp",
        "a.png",
        "./f[1].gif",
        "./b/z.JPG",
    ]


def test_addresses_are_left_as_they_are(folder: Path) -> None:
    address = "https://example.org/a*.jpg?size=[1]"
    assert found(address, address) == [address]


@pytest.mark.parametrize("named", ["nosuch.png", "nosuch/*.png"])
def test_what_is_not_there_is_an_error(folder: Path, named: str) -> None:
    with pytest.raises(MissingFileError, match="nosuch"):
        found(named)


def test_a_folder_that_cannot_be_read_is_reported(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reported: list[str] = []
    inputs = ImageInputs(["b"], on_unreadable=lambda path, error: reported.append(path))
    (folder / "b").rename(folder / "moved")  # between the start and the reading
    monkeypatch.setattr("os.path.isdir", lambda path: True)
    assert list(inputs) == []
    assert reported == ["b"]


def test_photographs_that_no_decoder_reads_are_not_passed_over() -> None:
    assert is_image_name("IMG_0001.HEIC"), "it is listed as left out, with the reason"
