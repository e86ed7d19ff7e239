"""Names of packages, revisions and files: what is taken, and what is refused."""

from __future__ import annotations

import pytest

from towhee.errors import PackageError, UsageError
from towhee.hub.names import file_path, is_package_name, name_and_revision


@pytest.mark.parametrize("name", ["me/birds", "a/b", "My-Lab/resnet50.v2", "me/a_b-c.d_"])
def test_names_of_the_hub_are_names(name: str) -> None:
    assert is_package_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "birds",
        "/birds",
        "me/",
        "a/b/c",
        "../b",
        "a/..",
        "a/.b",
        "a/b..c",
        "a b/c",
        "a/b\n",
        "me/con",
        "NUL/x",
        "me/com1.txt",
        "a\\b/c",
        "~/b",
        "a/b/",
        "ä/b",
        "a/" + "b" * 200,
        7,
        None,
    ],
)
def test_what_could_lead_elsewhere_is_no_name(name: object) -> None:
    assert not is_package_name(name)


def test_a_revision_stands_behind_the_name_or_apart_but_not_two() -> None:
    assert name_and_revision("me/birds") == ("me/birds", None)
    assert name_and_revision("me/birds@1.0", "1.0") == ("me/birds", "1.0")
    with pytest.raises(UsageError, match="two revisions"):
        name_and_revision("me/birds@1.0", "2.0")
    with pytest.raises(UsageError, match="no revision"):
        name_and_revision("me/birds@../../etc")
    with pytest.raises(UsageError, match="by its name"):
        name_and_revision(7)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "path", ["README.md", "weights/a.safetensors", "a/b c/d.txt", "1_P/c.json"]
)
def test_relative_paths_are_taken_as_they_are(path: str) -> None:
    assert file_path(path) == path


@pytest.mark.parametrize(
    "path",
    [
        "",
        ".",
        "..",
        "/etc/passwd",
        "../a",
        "a/../b",
        "a//b",
        "a/./b",
        "./a",
        "a\\b",
        "C:/a",
        "C:a",
        ".git/config",
        "a/.hidden",
        "a\x00b",
        "a\nb",
        "con",
        "a/NUL.txt",
        "a.",
        "a /b",
        "a?",
        "a/",
        "a" * 201,
        "/".join(["abc"] * 120),
        None,
        7,
    ],
)
def test_paths_that_lead_out_or_cannot_be_everywhere_are_refused(path: object) -> None:
    with pytest.raises(PackageError, match="cannot hold a file"):
        file_path(path)
