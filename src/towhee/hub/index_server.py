"""``towhee hub serve``: a directory of packages behind HTTP."""

from __future__ import annotations

import hmac
import json
import logging
import os
import re
import shutil
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import unquote, urlsplit

from towhee.errors import PackageError, TowheeError, UnknownNameError, UsageError
from towhee.hub.directory_home import DirectoryHome
from towhee.hub.home import no_progress
from towhee.hub.http_home import INDEX, TOKEN
from towhee.hub.manifest import MANIFEST, PackageFile, digest_of, read_manifest
from towhee.hub.names import file_path, is_package_name
from towhee.hub.package import read_package
from towhee.hub.strict_yaml import LARGEST
from towhee.hub.transfer import CHUNK, write_pieces

logger = logging.getLogger(__name__)

_FILE = re.compile(r"/([^/]+/[^/]+)/([0-9a-f]{64})/(.*)")
_RANGE = re.compile(r"bytes=(\d+)-(\d*)")
_TIMEOUT = 60.0  # seconds that a client may be silent
_INCOMING = ".uploads"


def index_of(home: DirectoryHome) -> dict[str, Any]:
    """The index of a directory, as plain values; damaged packages are left out."""
    packages = []
    for listed in home.list():
        about = {key: getattr(listed, key) for key in listed.__slots__}
        history = [{"revision": each, "version": v} for each, v in home.history(listed.name)]
        packages.append({**about, "history": history})
    return {"form": 1, "packages": packages}


def index_server(
    root: str | os.PathLike[str],
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    token: str | None = None,
) -> ThreadingHTTPServer:
    """A server of the packages in a directory; ``serve_forever()`` runs it.

    Args:
        root: the directory.
        host: the address that it listens on; by default this machine alone can reach it.
        port: 0 for any that is free.
        token: take packages from whoever sends it; without one the server only gives them out.

    Raises:
        PackageError: if there is no such directory.
        UsageError: for a token that is too short to be a secret.
    """
    home = DirectoryHome(root)
    if not home.root.is_dir():
        raise PackageError(f"there is no directory of packages at {home.address!r}")
    if token is not None and len(token) < 8:
        raise UsageError(f"a token ({TOKEN}) has at least 8 characters")
    handler = type("Handler", (_Handler,), {"home": home, "token": token})
    return _Server((host, port), handler)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        logger.info("an answer to %s broke off", client_address, exc_info=True)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = _TIMEOUT
    home: ClassVar[DirectoryHome]
    token: ClassVar[str | None] = None

    def log_message(self, format: str, *args: Any) -> None:
        logger.info("%s %s", self.address_string(), format % args)

    def do_GET(self) -> None:
        path = unquote(urlsplit(self.path).path)
        try:
            if path in ("/", f"/{INDEX}"):
                return self._answer(200, json.dumps(index_of(self.home)).encode())
            name, revision, inner = _parts(path)
            package = self.home.package(name, revision)
            if inner != MANIFEST and inner not in package.manifest.paths:
                return self._refuse(404, f"{name} holds no {inner}")
            return self._file(name, revision, inner)
        except (UnknownNameError, UsageError) as error:
            return self._refuse(404, str(error))
        except TowheeError as error:
            return self._refuse(500, str(error))

    do_HEAD = do_GET  # noqa: N815 (the name that http.server calls)

    def do_PUT(self) -> None:
        self._take(self._put)

    def do_POST(self) -> None:
        self._take(self._post)

    def _take(self, act: Any) -> None:
        """Do what only those may who know the token."""
        self.close_connection = True  # a body may be left unread
        given = self.headers.get("Authorization", "").removeprefix("Bearer ")
        if self.token is None:
            return self._refuse(403, "this server only gives packages out; it takes none")
        if not hmac.compare_digest(given.encode(), self.token.encode()):
            return self._refuse(401, f"set {TOKEN} to the token of this server")
        try:
            act(*_parts(unquote(urlsplit(self.path).path)))
            return self._answer(201, b"")
        except (TowheeError, OSError, ValueError) as error:
            return self._refuse(400, str(error))

    def _put(self, name: str, revision: str, inner: str) -> None:
        """Keep a file of a package that is on the way."""
        parts, length = self._incoming(name, revision), int(self.headers.get("Content-Length", ""))
        if inner == MANIFEST:
            if not 0 <= length <= LARGEST:
                raise PackageError(f"{MANIFEST} has 0 to {LARGEST:,} bytes, not {length:,}")
            content = self.rfile.read(length)
            if digest_of(content) != revision or read_manifest(content).name != name:
                raise PackageError(f"{MANIFEST} is not the one of {name} {revision[:12]}")
            parts.mkdir(parents=True, exist_ok=True)
            (parts / MANIFEST).write_bytes(content)
            return
        listed = {file.path: file for file in read_package(parts).manifest.files}
        file = listed.get(file_path(inner))
        if file is None or file.bytes != length:
            raise PackageError(f"{inner} is not listed with {length:,} bytes")
        self._receive(file, parts / file.path)

    def _receive(self, file: PackageFile, target: Path) -> None:
        def pieces() -> Iterator[bytes]:
            left = file.bytes
            while left and (piece := self.rfile.read(min(CHUNK, left))):
                left -= len(piece)
                yield piece

        write_pieces(pieces(), target, file, start=0, progress=no_progress)

    def _post(self, name: str, revision: str, inner: str) -> None:
        """Take in a package whose files are all there."""
        parts = self._incoming(name, revision)
        self.home.publish(read_package(parts), no_progress)
        shutil.rmtree(parts)

    def _incoming(self, name: str, revision: str) -> Path:
        return self.home.root / _INCOMING / name / revision

    def _file(self, name: str, revision: str, path: str) -> None:
        with self.home.opened(name, revision, path) as source:
            size = os.fstat(source.fileno()).st_size
            start, end = 0, size
            asked = _RANGE.fullmatch(self.headers.get("Range", ""))
            headers = {"ETag": f'"{revision[:16]}-{path}"', "Accept-Ranges": "bytes"}
            if asked:
                start, end = int(asked[1]), min(size, int(asked[2] or size - 1) + 1)
                if start >= end:
                    return self._refuse(416, "there is nothing in this range")
                headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
            self._head(206 if asked else 200, end - start, headers)
            if self.command == "HEAD":
                return None
            source.seek(start)
            left = end - start
            while left and (piece := source.read(min(CHUNK, left))):
                self.wfile.write(piece)
                left -= len(piece)
        return None

    def _refuse(self, status: int, why: str) -> None:
        self._answer(status, " ".join(why.split()).encode(), "text/plain; charset=utf-8")

    def _answer(self, status: int, content: bytes, kind: str = "application/json") -> None:
        self._head(status, len(content), {"Content-Type": kind})
        if self.command != "HEAD":
            self.wfile.write(content)

    def _head(self, status: int, length: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(length))
        self.send_header("X-Content-Type-Options", "nosniff")
        self.end_headers()


def _parts(path: str) -> tuple[str, str, str]:
    """The package, revision and file that an address names.

    Raises:
        UsageError: if it names none.
    """
    match = _FILE.fullmatch(path)
    if match is None or not is_package_name(match[1]):
        raise UsageError(f"{path!r} is no address of a file in a package")
    return match[1], match[2], match[3]
