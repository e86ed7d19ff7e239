"""``towhee hub serve``: gives packages out, and takes them from those alone who know the token."""

from __future__ import annotations

import http.client
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from packages import CONTENT, WEIGHTS, published, serving, small_package
from towhee.errors import PackageError, UsageError
from towhee.hub.http_home import TOKEN
from towhee.hub.index_server import index_server
from towhee.hub.pulling import pull
from towhee.hub.pushing import push

SECRET = "a long secret"
NAME = "me/small"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    published(tmp_path / "work", tmp_path / "home")
    return tmp_path / "home"


def ask(
    address: str, path: str, method: str = "GET", body: bytes = b"", **headers: str
) -> tuple[int, bytes]:
    """The status and the body of an answer to a request that no client of ours would make."""
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=30)
    try:
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


def test_a_part_of_a_file_can_be_had(root: Path) -> None:
    with serving(root) as (address, _):
        revision = pull(NAME, home=address).revision
        path = f"/{NAME}/{revision}/{WEIGHTS}"
        assert ask(address, path, Range="bytes=10-19") == (206, CONTENT[10:20])
        assert ask(address, path, Range="bytes=2047990-") == (206, CONTENT[-10:])
        assert ask(address, path, Range=f"bytes={len(CONTENT)}-")[0] == 416
        assert ask(address, path, "HEAD") == (200, b"")


@pytest.mark.parametrize(
    "path",
    [
        "/etc/passwd",
        "/../secret",
        "/..%2fsecret",
        "/me/small/../../../secret",
        "/me/small/x/y",
        "/me/small/{revision}/../../../../secret",
        "/me/small/{revision}/%2e%2e/%2e%2e/newest",
        "/me/small/{revision}//etc/passwd",
        "/me/small/{revision}/.git",
        "/me/small/newest",
        "/me/small/{revision}/unlisted.txt",
        "/me/small/{revision}/weights",
        "/me%00/a/b/c",
    ],
)
def test_nothing_but_what_packages_list_is_given_out(root: Path, tmp_path: Path, path: str) -> None:
    (tmp_path / "secret").write_text("secret")
    with serving(root) as (address, _):
        revision = pull(NAME, home=address).revision
        (root / NAME / revision / "unlisted.txt").write_text("secret")
        status, content = ask(address, path.format(revision=revision))
    assert status == 404
    assert b"secret" not in content.replace(b"/secret", b"").replace(b"..", b"")


def test_a_link_in_a_package_is_not_followed(root: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    with serving(root) as (address, _):
        revision = pull(NAME, home=address).revision
        file = root / NAME / revision / WEIGHTS
        file.unlink()
        file.symlink_to(tmp_path / "secret")
        status, content = ask(address, f"/{NAME}/{revision}/{WEIGHTS}")
    assert status == 500
    assert b"a link that leads out" in content


def test_it_listens_to_this_machine_alone(root: Path) -> None:
    with index_server(root) as server:
        assert server.server_address[0] == "127.0.0.1"


def test_a_server_takes_packages_from_who_knows_the_token(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = small_package(tmp_path / "new", name="me/new")
    with serving(root, token=SECRET) as (address, _):
        with pytest.raises(PackageError, match="401"):
            push(package.folder, "me/new", home=address)
        monkeypatch.setenv(TOKEN, "a wrong secret")
        with pytest.raises(PackageError, match="401"):
            push(package.folder, "me/new", home=address)
        monkeypatch.setenv(TOKEN, SECRET)
        pushed = push(package.folder, "me/new", home=address)
        assert pushed.revision == package.revision
        assert (pull("me/new", home=address).folder / WEIGHTS).read_bytes() == CONTENT
    assert list((root / ".uploads").rglob("*.safetensors")) == []


def test_a_server_takes_nothing_unless_it_is_told_to(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(TOKEN, SECRET)
    package = small_package(tmp_path / "new", name="me/new")
    with serving(root) as (address, _), pytest.raises(PackageError, match=r"403 .*takes none"):
        push(package.folder, "me/new", home=address)
    with pytest.raises(UsageError, match="at least 8 characters"):
        index_server(root, token="short")


def test_an_upload_that_is_not_what_it_says_is_refused(root: Path, tmp_path: Path) -> None:
    package = small_package(tmp_path / "new", name="me/new")
    manifest = (package.folder / "towhee.yaml").read_bytes()
    place = f"/me/new/{package.revision}/"
    known = {"Authorization": f"Bearer {SECRET}"}
    with serving(root, token=SECRET) as (address, _):
        assert ask(address, f"{place}towhee.yaml", "PUT", b"form: 1", **known)[0] == 400
        other = f"/me/other/{package.revision}/towhee.yaml"
        assert ask(address, other, "PUT", manifest, **known)[0] == 400
        assert ask(address, f"{place}{WEIGHTS}", "PUT", b"x", **known)[0] == 400
        assert ask(address, f"{place}towhee.yaml", "PUT", manifest, **known)[0] == 201
        assert ask(address, f"{place}../../x", "PUT", b"x", **known)[0] == 400
        assert ask(address, f"{place}{WEIGHTS}", "PUT", b"short", **known)[0] == 400
        wrong = b"x" * len(CONTENT)
        assert ask(address, f"{place}{WEIGHTS}", "PUT", wrong, **known)[0] == 201
        status, said = ask(address, place, "POST", **known)
        assert (status, b"is missing" in said or b"is damaged" in said) == (400, True)
    assert not (root / "me/new").exists()


def test_what_is_damaged_in_the_directory_does_not_hide_the_rest(
    root: Path, tmp_path: Path
) -> None:
    published(tmp_path / "other", root, name="me/other")
    manifest = next((root / NAME).glob("*/towhee.yaml"))
    manifest.write_text("form: 1")
    with serving(root) as (address, _):
        assert pull("me/other", home=address).name == "me/other"


def test_a_directory_that_is_not_there_is_told_as_such(tmp_path: Path) -> None:
    with pytest.raises(PackageError, match="no directory of packages"):
        index_server(tmp_path / "nowhere")


def test_a_length_below_zero_is_refused_and_not_read_to_the_end(root: Path) -> None:
    known = {"Authorization": f"Bearer {SECRET}", "Content-Length": "-1"}
    with serving(root, token=SECRET) as (address, _):
        place = f"/{NAME}/{'0' * 64}/towhee.yaml"
        status, said = ask(address, place, "PUT", b"", **known)
    assert (status, b"not -1" in said) == (400, True)
