"""A package folder: sound, or refused with the file that is not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from packages import WEIGHTS, small_package
from towhee.errors import PackageError
from towhee.hub.manifest import Manifest
from towhee.hub.package import Package, listed_files, read_package
from towhee.hub.pushing import write_package


@pytest.fixture
def package(tmp_path: Path) -> Package:
    made = small_package(tmp_path / "small")
    made.verify()
    return made


def test_paths_and_tuples_in_arguments_are_as_they_are_from_here(tmp_path: Path) -> None:
    arguments = {"shape": {"tuple": [2, {"tuple": [3]}]}, "checkpoint": "./weights", "a": "b"}
    made = small_package(tmp_path / "small", arguments=arguments)
    given = made.arguments()
    assert given["shape"] == (2, (3,))
    assert Path(given["checkpoint"]) == tmp_path / "small/weights"
    assert given["a"] == "b"


def test_the_revision_is_that_of_the_content(package: Package, tmp_path: Path) -> None:
    same = small_package(tmp_path / "same")
    other = small_package(tmp_path / "other", content=b"other")
    assert same.revision == package.revision != other.revision


def change_a_byte(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[1000] ^= 1
    file.write_bytes(content)


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-1])


def link(file: Path) -> None:
    elsewhere = file.with_name("elsewhere")
    file.rename(elsewhere)
    file.symlink_to(elsewhere)


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (change_a_byte, "is damaged (sha256"),
        (cut, "is damaged (2,047,999 bytes, not 2,048,000)"),
        (Path.unlink, "is missing"),
        (link, "is a link"),
    ],
)
def test_what_is_not_as_listed_is_named(package: Package, damage: Any, said: str) -> None:
    damage(package.folder / WEIGHTS)
    with pytest.raises(PackageError) as caught:
        package.verify()
    assert said in str(caught.value)
    assert WEIGHTS in str(caught.value).replace("\\", "/")


def test_a_file_that_is_not_listed_is_refused(package: Package) -> None:
    (package.folder / "more.py").write_text("import os")
    with pytest.raises(PackageError, match=r"more\.py' is not listed"):
        package.verify()


def test_a_folder_that_is_a_link_is_refused(package: Package, tmp_path: Path) -> None:
    (package.folder / "more").symlink_to(tmp_path)
    with pytest.raises(PackageError, match="is a link"):
        package.verify()


@pytest.mark.parametrize(
    "step",
    [
        "{operator: image_embedding.timm, with: {checkpoint: /etc}}",
        "{operator: image_embedding.timm, with: {checkpoint: ./other}}",
        "{operator: image_embedding.timm, with: {trust_pickle: true}}",
    ],
)
def test_a_pipeline_that_leads_out_of_its_package_is_refused(tmp_path: Path, step: str) -> None:
    folder = tmp_path / "chain"
    folder.mkdir()
    (folder / "pipeline.yaml").write_text(f"name: a\ndata: image\nsummary: b\nsteps: [{step}]\n")
    made = write_package(
        folder, Manifest("me/chain", "1.0", "pipeline", files=listed_files(folder))
    )
    with pytest.raises(PackageError, match=r"pipeline\.yaml (sets|names)"):
        made.verify()


def test_a_folder_without_a_manifest_is_no_package(tmp_path: Path) -> None:
    with pytest.raises(PackageError, match=r"holds no towhee\.yaml"):
        read_package(tmp_path)
