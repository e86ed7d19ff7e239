"""Packages behind HTTP, as ``towhee hub serve`` gives them out."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from towhee.errors import PackageError, UsageError, one_line
from towhee.hub.home import Listed, Progress, chosen_revision, no_such_package
from towhee.hub.manifest import MANIFEST, PackageFile, digest_of
from towhee.hub.names import is_package_name, package_name
from towhee.hub.package import Package
from towhee.hub.strict_yaml import LARGEST
from towhee.hub.transfer import CHUNK, kept_bytes, write_pieces

if TYPE_CHECKING:
    from urllib3.response import BaseHTTPResponse

INDEX = "index.json"
TOKEN = "TOWHEE_HUB_TOKEN"
"""The variable that holds the password of a server that takes packages."""

_LARGEST_INDEX = 64 << 20
_CONNECT, _READ = 10.0, 60.0  # seconds
_SLOWEST = 1000  # bytes a second, on average, so that no drip of them holds a process for ever


class HttpHome:
    """Gets packages from an index behind HTTP, and publishes to one that allows it.

    Args:
        address: ``"https://example.org/packages"``.

    Raises:
        UsageError: if it is no http(s) address.
    """

    def __init__(self, address: str) -> None:
        try:
            parts = urlsplit(address)
            is_address = parts.scheme in ("http", "https") and bool(parts.hostname)
        except ValueError:  # brackets that are left open
            is_address = False
        if not is_address:
            raise UsageError(f"{address!r} is no http(s) address of an index of packages")
        self.address = address.rstrip("/")

    def list(self, words: str = "") -> Sequence[Listed]:
        """The newest revision of each package in whose name or summary the words are."""
        return [each for each in map(_listed, self._index()) if each.matches(words)]

    def manifest(self, name: str, revision: str | None = None) -> tuple[str, bytes]:
        """The exact revision of a package, and the bytes of its manifest."""
        packages = {about["name"]: about for about in self._index()}
        if name not in packages:
            raise no_such_package(name, self.address, list(packages))
        known = [(each["revision"], each["version"]) for each in packages[name]["history"]]
        exact = packages[name]["revision"]
        if revision is not None:
            exact = chosen_revision(name, revision, known, self.address)
        content = self._read(_path(name, exact, MANIFEST), LARGEST)
        if digest_of(content) != exact:
            raise PackageError(
                f"{self.address} sends another {MANIFEST} of {name} than the revision "
                f"{exact[:12]} that it names; it is damaged or forged"
            )
        return exact, content

    def fetch(
        self, name: str, revision: str, file: PackageFile, target: Path, progress: Progress
    ) -> None:
        """Download a file of a package to a path."""
        start = kept_bytes(target, file)
        headers = {"Range": f"bytes={start}-"} if start else {}
        with self._response("GET", _path(name, revision, file.path), headers=headers) as response:
            if response.status == 200:
                start = 0  # it sends all of it, whatever was asked for
            pieces = self._pieces(response)
            write_pieces(pieces, target, file, start=start, progress=progress)

    def publish(self, package: Package, progress: Progress) -> str:
        """Upload a package; the server takes it once all of it is there, and sound."""
        content = (package.folder / MANIFEST).read_bytes()
        revision = digest_of(content)
        self._send("PUT", _path(package.name, revision, MANIFEST), content)
        for file in package.manifest.files:
            with (package.folder / file.path).open("rb") as opened:
                self._send("PUT", _path(package.name, revision, file.path), opened, file.bytes)
            progress(file.bytes)
        self._send("POST", _path(package.name, revision, ""), b"")
        return revision

    def _index(self) -> Sequence[dict[str, Any]]:
        content = self._read(INDEX, _LARGEST_INDEX)
        try:
            packages: Sequence[dict[str, Any]] = json.loads(content)["packages"]
            for about in packages:
                _check(about)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise PackageError(f"{self.address}/{INDEX} is no index of packages") from error
        return packages

    def _read(self, path: str, most: int) -> bytes:
        content = bytearray()
        with self._response("GET", path) as response:
            for piece in self._pieces(response):
                content += piece
                if len(content) > most:
                    raise PackageError(f"{self.address}/{path} is larger than {most:,} bytes")
        return bytes(content)

    def _pieces(self, response: BaseHTTPResponse) -> Iterator[bytes]:
        from urllib3.exceptions import HTTPError

        begun, received = monotonic(), 0
        try:
            while piece := response.read1(CHUNK, decode_content=False):
                received += len(piece)
                seconds = monotonic() - begun
                if seconds > _READ and received < _SLOWEST * seconds:
                    raise PackageError(
                        f"{self.address} is too slow: {received:,} bytes in {seconds:,.0f} seconds"
                    )
                yield piece
        except (HTTPError, OSError) as error:
            raise self._gone(error) from error

    def _send(self, method: str, path: str, body: Any, length: int | None = None) -> None:
        headers = {} if length is None else {"Content-Length": str(length)}
        token = os.environ.get(TOKEN)
        if token:
            headers["Authorization"] = f"Bearer {token}"
        with self._response(method, path, body=body, headers=headers) as response:
            response.read()

    def _response(self, method: str, path: str, **more: Any) -> BaseHTTPResponse:
        import urllib3
        from urllib3.exceptions import HTTPError

        address = f"{self.address}/{path}"
        timeout = urllib3.Timeout(connect=_CONNECT, read=_READ)
        try:
            with urllib3.PoolManager(retries=False) as pool:
                response = pool.request(
                    method, address, preload_content=False, timeout=timeout, **more
                )
                if response.status in (200, 201, 206):
                    return response
                said = response.read(2000, decode_content=False).decode("utf-8", "replace")
                said = "".join(each if each.isprintable() else " " for each in said)
        except (HTTPError, OSError) as error:
            raise self._gone(error) from error
        raise PackageError(
            f"{address}: the server answers {response.status} ({one_line(said, 300)})"
        )

    def _gone(self, error: Exception) -> PackageError:
        reason = one_line(error)
        return PackageError(
            f"the home {self.address} cannot be reached, or broke off: is it running, and is there "
            f"a network? ({type(error).__name__}: {reason})"
        )


def _path(name: str, revision: str, path: str) -> str:
    return quote(f"{package_name(name)}/{revision}/{path}")


def _check(about: Any) -> None:
    """Raise an error of Python's own unless it is what an index says of a package."""
    if not isinstance(about, dict) or not is_package_name(about.get("name")):
        raise TypeError("no package")
    for each in (about, *about["history"]):
        each["revision"].encode()  # no text with half of a character can be shown
        if not isinstance(each["version"], str | None):
            raise TypeError("no version")
    for key in ("version", "kind", "summary", "license"):
        (about.get(key) or "").encode()
    if not isinstance(about.get("bytes"), int | None):
        raise TypeError("no size")


def _listed(about: dict[str, Any]) -> Listed:
    return Listed(**{key: about.get(key) for key in Listed.__slots__})  # type: ignore[arg-type]
