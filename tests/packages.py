"""Packages, homes and servers for the tests of the hub."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from towhee.hub.home import no_progress
from towhee.hub.homes import home_of
from towhee.hub.index_server import index_server
from towhee.hub.manifest import Manifest
from towhee.hub.package import Package, listed_files
from towhee.hub.pushing import write_package

WEIGHTS = "weights/model.safetensors"
CONTENT = bytes(range(256)) * 8000
"""Two megabytes, so that a transfer is several pieces."""


def small_package(folder: Path, name: str = "me/small", **about: Any) -> Package:
    """A package of an operator that the core has, beside a file of two megabytes."""
    (folder / "weights").mkdir(parents=True)
    (folder / WEIGHTS).write_bytes(about.pop("content", CONTENT))
    (folder / "README.md").write_text(f"# {name}\n")
    about.setdefault("version", "1.0.0")
    about.setdefault("arguments", {"shape": {"tuple": [2, 2]}})
    about["files"] = listed_files(folder)
    manifest = Manifest(name=name, kind="operator", operator="tensor_reshape", **about)
    return write_package(folder, manifest)


def published(folder: Path, root: Path, **about: Any) -> str:
    """The revision of a small package that lies in a directory home now."""
    return home_of(root).publish(small_package(folder, **about), no_progress)


@dataclass
class Requests:
    """What a server was asked for, and whether someone waits for it."""

    lines: list[str] = field(default_factory=list)
    is_stalled: threading.Event = field(default_factory=threading.Event)
    may_go_on: threading.Event = field(default_factory=threading.Event)

    def of(self, path: str) -> list[str]:
        """The requests for a file."""
        return [line for line in self.lines if path in line]


class _Short:
    """A connection that takes so many bytes of one answer, and then breaks or stalls."""

    def __init__(self, stream: Any, limit: int, requests: Requests, stalls: bool) -> None:
        self._stream, self._left = stream, limit
        self._requests, self._stalls = requests, stalls

    def write(self, data: bytes) -> int:
        self._stream.write(data[: self._left])
        self._left -= len(data)
        if self._left < 0:
            self._stream.flush()
            if self._stalls:
                self._requests.is_stalled.set()
                self._requests.may_go_on.wait()
            raise ConnectionAbortedError
        return len(data)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


@contextlib.contextmanager
def serving(
    root: Path, *, token: str | None = None, limit: int | None = None, stalls: bool = False
) -> Iterator[tuple[str, Requests]]:
    """Serve a directory of packages; gives the address and what is asked for.

    Args:
        root: the directory.
        token: as for ``index_server``.
        limit: break each connection after so many bytes.
        stalls: fall silent in place of breaking it.
    """
    server = index_server(root, token=token)
    requests = Requests()
    base: Any = server.RequestHandlerClass

    class Handler(base):  # type: ignore[misc]  # the base is one of several
        def setup(self) -> None:
            super().setup()
            if limit is not None:
                self.wfile = _Short(self.wfile, limit, requests, stalls)

        def log_message(self, format: str, *args: Any) -> None:
            asked = self.headers.get("Range", "")
            requests.lines.append(f"{self.command} {self.path} {asked}".strip())

    server.RequestHandlerClass = Handler
    server.handle_error = lambda request, client: None  # type: ignore[method-assign,assignment]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", requests
    finally:
        requests.may_go_on.set()
        server.shutdown()
        server.server_close()
        thread.join()
