"""An index behind HTTP that lies, or leads elsewhere, is told as such."""

from __future__ import annotations

import contextlib
import itertools
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from towhee.errors import PackageError, UsageError
from towhee.hub.http_home import HttpHome

LISTED: dict[str, Any] = {
    "name": "me/birds",
    "version": "1.0",
    "revision": "0" * 64,
    "kind": "model",
    "summary": "birds",
    "license": None,
    "bytes": 3,
    "history": [{"revision": "0" * 64, "version": "1.0"}],
}


@contextlib.contextmanager
def answering(status: int, content: bytes, **headers: str) -> Iterator[str]:
    """The address of a server that gives the same answer to everything."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            for name, value in {"Content-Length": str(len(content)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def index(**changes: Any) -> bytes:
    return json.dumps({"form": 1, "packages": [{**LISTED, **changes}]}).encode()


def test_an_index_lists_its_packages() -> None:
    with answering(200, index()) as address:
        assert [each.name for each in HttpHome(address).list("birds")] == ["me/birds"]


@pytest.mark.parametrize(
    "content",
    [
        b"null",
        b'{"packages": "text"}',
        b'{"packages": [5]}',
        b"[" * 100_000,
        index(name={}),
        index(name=5),
        index(name="../.."),
        index(revision=5),
        index(revision=None),
        index(history=5),
        index(history=[{"revision": 5, "version": "1"}]),
        index(version={}),
        index(summary=5),
        index(summary="\ud800"),
        index(bytes="3"),
    ],
    ids=lambda content: repr(content[:60]),
)
def test_an_index_of_something_else_is_told_as_such(content: bytes) -> None:
    with answering(200, content) as address:
        for ask in (HttpHome(address).list, lambda: HttpHome(address).manifest("me/birds")):
            with pytest.raises(PackageError, match="is no index of packages"):
                ask()


@pytest.mark.parametrize("to", ["file:///etc/passwd", "http://127.0.0.1:9/x"])
def test_nobody_is_sent_elsewhere(to: str) -> None:
    sent = answering(302, b"", Location=to)
    with sent as address, pytest.raises(PackageError, match="the server answers 302"):
        HttpHome(address).list()


def test_what_a_server_says_cannot_steer_the_terminal() -> None:
    with (
        answering(404, b"\x1b[31mred\x07") as address,
        pytest.raises(PackageError, match=r"answers 404") as refused,
    ):
        HttpHome(address).list()
    assert str(refused.value).isprintable()


@pytest.mark.parametrize("address", ["http://[::1", "ftp://127.0.0.1", "http://"])
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(UsageError, match=r"no http\(s\) address"):
        HttpHome(address)


def test_a_server_that_lets_bytes_drip_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    seconds = itertools.count(0, 100)
    monkeypatch.setattr("towhee.hub.http_home.monotonic", lambda: next(seconds))
    with (
        answering(200, index()) as address,
        pytest.raises(PackageError, match=r"is too slow: [0-9]+ bytes in 100 seconds"),
    ):
        HttpHome(address).list()
