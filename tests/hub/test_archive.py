"""Packages as archives: whole ones are unpacked, and none writes outside its folder."""

from __future__ import annotations

import io
import shutil
import tarfile
import zipfile
from pathlib import Path

import pytest

from packages import CONTENT, WEIGHTS, small_package
from towhee.errors import PackageError
from towhee.hub.archive import unpacked


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return small_package(tmp_path / "small").folder


@pytest.fixture
def target(tmp_path: Path) -> Path:
    (tmp_path / "target/in").mkdir(parents=True)
    return tmp_path / "target/in"


@pytest.mark.parametrize("form", ["zip", "tar", "gztar"])
@pytest.mark.parametrize("nested", [False, True])
def test_an_archive_of_a_package_is_unpacked(
    folder: Path, target: Path, tmp_path: Path, form: str, nested: bool
) -> None:
    root, base = (folder.parent, folder.name) if nested else (folder, None)
    archive = Path(shutil.make_archive(str(tmp_path / "packed"), form, root, base))
    package = unpacked(archive, target)
    assert package.name == "me/small"
    assert (target / WEIGHTS).read_bytes() == CONTENT


def as_zip(folder: Path, more: dict[str, bytes]) -> Path:
    """The package as a zip archive that holds more."""
    file = folder.parent / "packed.zip"
    with zipfile.ZipFile(file, "w") as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                archive.write(path, path.relative_to(folder).as_posix())
        for name, content in more.items():
            archive.writestr(name, content)
    return file


def as_tar(folder: Path, more: list[tarfile.TarInfo]) -> Path:
    """The package as a tar archive that holds more."""
    file = folder.parent / "packed.tar"
    with tarfile.open(file, "w") as archive:
        archive.add(folder, ".")
        for member in more:
            archive.addfile(member, io.BytesIO(b"x" * member.size))
    return file


@pytest.mark.parametrize("name", ["../out.txt", "/out.txt", "a/../../out.txt", "more.txt", ".hid"])
@pytest.mark.parametrize("form", ["zip", "tar"])
def test_a_member_that_is_not_listed_or_leads_out_is_refused(
    folder: Path, target: Path, form: str, name: str
) -> None:
    member = tarfile.TarInfo(name)
    member.size = 1
    file = as_zip(folder, {name: b"x"}) if form == "zip" else as_tar(folder, [member])
    with pytest.raises(PackageError, match=r"does not list|cannot hold a file"):
        unpacked(file, target)
    assert list(target.parent.rglob("out.txt")) == []


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE])
def test_links_and_devices_in_an_archive_are_refused(
    folder: Path, target: Path, kind: bytes
) -> None:
    member = tarfile.TarInfo("weights/link")
    member.type, member.linkname = kind, "/etc/passwd"
    with pytest.raises(PackageError, match="a link or a device"):
        unpacked(as_tar(folder, [member]), target)


def test_a_link_in_a_zip_archive_is_refused(folder: Path, target: Path) -> None:
    file = as_zip(folder, {})
    with zipfile.ZipFile(file, "a") as archive:
        member = zipfile.ZipInfo("weights/link")
        member.external_attr = 0o120777 << 16
        archive.writestr(member, "/etc/passwd")
    with pytest.raises(PackageError, match="a link or a device"):
        unpacked(file, target)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_members_of_one_name_are_refused(folder: Path, target: Path) -> None:
    with pytest.raises(PackageError, match="two files of one name"):
        unpacked(as_zip(folder, {"readme.md": b"x"}), target)


def test_a_member_larger_than_listed_is_cut_off(folder: Path, target: Path) -> None:
    (folder / WEIGHTS).write_bytes(bytes(1 << 26))  # 64 MB that are a few kilobytes in the archive
    file = folder.parent / "bomb.zip"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in ("towhee.yaml", "README.md", WEIGHTS):
            archive.write(folder / path, path)
    with pytest.raises(PackageError, match="more than the 2,048,000 bytes"):
        unpacked(file, target)
    assert (target / WEIGHTS).stat().st_size <= 2_048_000


@pytest.mark.parametrize("name", ["broken.zip", "broken.tar.gz"])
def test_what_is_no_archive_is_told_as_such(tmp_path: Path, target: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"no archive")
    with pytest.raises(PackageError, match="is no archive"):
        unpacked(tmp_path / name, target)


def test_an_archive_with_a_password_is_told_as_such(folder: Path, target: Path) -> None:
    content = bytearray(Path(shutil.make_archive(str(folder), "zip", folder)).read_bytes())
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = content.find(mark)
        while start >= 0:
            content[start + place] |= 1  # says that the member is encrypted
            start = content.find(mark, start + 1)
    file = folder.parent / "locked.zip"
    file.write_bytes(content)
    with pytest.raises(PackageError, match="password required"):
        unpacked(file, target)


@pytest.mark.parametrize("packing", [zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA])
def test_a_member_that_cannot_be_unpacked_is_told_as_damage(
    folder: Path, target: Path, packing: int
) -> None:
    file = folder.parent / "damaged.zip"
    with zipfile.ZipFile(file, "w", packing) as archive:
        for path in ("towhee.yaml", "README.md", WEIGHTS):
            archive.write(folder / path, path)
    content = bytearray(file.read_bytes())
    start = content.find(b"towhee.yaml") + len("towhee.yaml")
    for place in range(start + 12, start + 60):
        content[place] ^= 0xFF
    file.write_bytes(content)
    with pytest.raises(PackageError, match="or a damaged one"):
        unpacked(file, target)
