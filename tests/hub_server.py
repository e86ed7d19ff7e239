"""A server on loopback that speaks enough of the Hugging Face Hub for its own client.

It serves ``<root>/<namespace>/<name>/<file>`` as model repositories, counts requests, and can
cut every download short.
"""

from __future__ import annotations

import hashlib
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

_RESOLVE = re.compile(r"/([^/]+/[^/]+)/resolve/[^/]+/(.+)")


class HubServer:
    """Serve the repositories under a folder; as a context it gives the endpoint.

    Args:
        root: the folder.
        cut: send only this share of every file, while announcing all of it; going on from there
            gives nothing more.
    """

    def __init__(self, root: Path, cut: float = 1.0) -> None:
        self.requests: list[str] = []
        handler = type("Handler", (_Handler,), {"root": root, "cut": cut, "seen": self.requests})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def endpoint(self) -> str:
        """The address for ``HF_ENDPOINT``."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> str:
        self._thread.start()
        return self.endpoint

    def __exit__(self, *error: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    root: Path
    cut: float
    seen: list[str]

    def log_message(self, format: str, *args: Any) -> None:
        self.seen.append(f"{self.command} {self.path}")

    def do_GET(self) -> None:
        match = _RESOLVE.fullmatch(self.path.split("?")[0])
        if match is None:
            return self._refuse("EntryNotFound")
        repository, file = self.root / match[1], self.root / match[1] / match[2]
        if not repository.is_dir():
            return self._refuse("RepoNotFound")
        if not file.resolve().is_relative_to(self.root.resolve()) or not file.is_file():
            return self._refuse("EntryNotFound")
        content = file.read_bytes()
        start = int(self.headers.get("Range", "bytes=0-")[len("bytes=") :].split("-")[0])
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        self.send_header("Content-Length", str(len(content) - start))
        self.send_header("ETag", f'"{hashlib.sha256(content).hexdigest()}"')
        self.send_header("X-Repo-Commit", hashlib.sha1(match[1].encode()).hexdigest())
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(content[start : int(len(content) * self.cut)])
            self.close_connection = self.cut < 1
        return None

    do_HEAD = do_GET  # noqa: N815 (the name that http.server calls)

    def _refuse(self, code: str) -> None:
        self.send_response(404)
        self.send_header("X-Error-Code", code)
        self.send_header("Content-Length", "0")
        self.end_headers()
