"""A server on loopback that speaks enough of the Hugging Face Hub for its own client.

It serves ``<root>/<owner>/<name>/<file>`` as model repositories, takes uploads, counts requests,
and can cut every download short.
"""

from __future__ import annotations

import base64
import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from hub_repositories import LARGE, Blob, Repositories

_NAME = r"([^/]+/[^/]+)"
_DATE = "2026-01-01T00:00:00.000Z"


class HubServer:
    """Serve the repositories under a folder; as a context it gives the endpoint.

    Args:
        root: the folder.
        cut: send only this share of every file, while announcing all of it; going on from there
            gives nothing more.
        redirect: send clients elsewhere for large files, as the real Hub does.
        stalled: send only this share of every large file, and then nothing, until the server is
            closed.
    """

    def __init__(
        self, root: Path, cut: float = 1.0, redirect: bool = False, stalled: float = 1.0
    ) -> None:
        self.requests: list[str] = []
        self._is_stalled, self._may_go_on = threading.Event(), threading.Event()
        state = {
            "repositories": Repositories(root),
            "cut": cut,
            "stalled": stalled,
            "is_stalled": self._is_stalled,
            "may_go_on": self._may_go_on,
            "redirect": redirect,
            "seen": self.requests,
            "uploaded": {},
        }
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), state))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def endpoint(self) -> str:
        """The address for ``HF_ENDPOINT``."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def wait_for_stall(self) -> None:
        """Return once a client waits for the rest of a file."""
        assert self._is_stalled.wait(timeout=120)

    def __enter__(self) -> str:
        self._thread.start()
        return self.endpoint

    def __exit__(self, *error: object) -> None:
        self._may_go_on.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    repositories: Repositories
    cut: float
    stalled: float
    is_stalled: threading.Event
    may_go_on: threading.Event
    redirect: bool
    seen: list[str]
    uploaded: dict[str, bytes]

    def log_message(self, format: str, *args: Any) -> None:
        self.seen.append(f"{self.command} {self.path}")

    def do_GET(self) -> None:
        path, query = self._address()
        if match := re.fullmatch(rf"/{_NAME}/resolve/([^/]+)/(.+)", path):
            return self._file(*match.groups())
        if match := re.fullmatch(r"/elsewhere/([^/]+/[^/]+)/([^/]+)/(.+)", path):
            return self._content(self.repositories.at(match[1], match[2])[1][match[3]])
        if path == "/api/models":
            return self._json(self._listed(query))
        if match := re.fullmatch(rf"/api/models/{_NAME}(?:/revision/([^/]+))?", path):
            return self._info(match[1], match[2] or "main")
        if match := re.fullmatch(rf"/api/models/{_NAME}/tree/([^/]+)", path):
            return self._tree(match[1], match[2])
        return self._refuse("EntryNotFound")

    do_HEAD = do_GET  # noqa: N815 (the name that http.server calls)

    def do_POST(self) -> None:
        path, _ = self._address()
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if path == "/api/validate-yaml":
            return self._json({"errors": [], "warnings": []})
        if path == "/api/repos/create":
            return self._create(json.loads(body))
        if match := re.fullmatch(rf"/api/models/{_NAME}/preupload/[^/]+", path):
            return self._json({"files": [_mode(file) for file in json.loads(body)["files"]]})
        if match := re.fullmatch(rf"/{_NAME}\.git/info/lfs/objects/batch", path):
            objects = json.loads(body)["objects"]
            return self._json({"transfer": "basic", "objects": [self._upload(o) for o in objects]})
        if match := re.fullmatch(rf"/api/models/{_NAME}/commit/[^/]+", path):
            return self._commit(match[1], [json.loads(line) for line in body.splitlines()])
        return self._refuse("EntryNotFound")

    def do_PUT(self) -> None:
        if "chunked" in self.headers.get("Transfer-Encoding", ""):
            content = b""
            while size := int(self.rfile.readline(), 16):
                content += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
        else:
            content = self.rfile.read(int(self.headers["Content-Length"]))
        self.uploaded[self.path.rpartition("/")[2]] = content
        self._json({})

    def _address(self) -> tuple[str, dict[str, list[str]]]:
        parts = urlsplit(self.path)
        return unquote(parts.path), parse_qs(parts.query)

    def _file(self, name: str, revision: str, path: str) -> None:
        found = self._at(name, revision)
        if found is None:
            return None
        commit, files = found
        if path not in files:
            return self._refuse("EntryNotFound", **{"X-Repo-Commit": commit})
        blob = files[path]
        about = {"X-Repo-Commit": commit, "ETag": f'"{blob.etag}"'}
        if not (self.redirect and blob.is_large):
            return self._content(blob, **about)
        port = self.server.server_address[1]
        about["X-Linked-Size"] = str(len(blob.content))
        about["X-Linked-ETag"] = f'"{blob.sha256}"'
        # Under another host name: the client follows redirects to the same host by itself.
        about["Location"] = f"http://localhost:{port}/elsewhere/{name}/{commit}/{path}"
        return self._send(302, **about)

    def _content(self, blob: Blob, **headers: str) -> None:
        content = blob.content
        start = int(self.headers.get("Range", "bytes=0-")[len("bytes=") :].split("-")[0])
        if start:
            headers["Content-Range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"
        self._send(206 if start else 200, length=len(content) - start, **headers)
        if self.command != "GET":
            return
        if blob.is_large and self.stalled < 1:
            self.wfile.write(content[start : int(len(content) * self.stalled)])
            self.is_stalled.set()
            self.may_go_on.wait()
            self.close_connection = True
            return
        self.wfile.write(content[start : int(len(content) * self.cut)])
        self.close_connection = self.cut < 1

    def _listed(self, query: dict[str, list[str]]) -> list[dict[str, Any]]:
        names = self.repositories.names()
        for word in query.get("search", []):
            names = [name for name in names if word in name]
        for author in query.get("author", []):
            names = [name for name in names if name.startswith(f"{author}/")]
        return [self._about(name, *self.repositories.newest(name)) for name in names]

    def _about(self, name: str, commit: str, files: dict[str, Blob]) -> dict[str, Any]:
        siblings = [{"rfilename": path} for path in files]
        told = {"id": name, "modelId": name, "sha": commit, "siblings": siblings, "tags": []}
        return {**told, "private": False, "lastModified": _DATE, "createdAt": _DATE}

    def _info(self, name: str, revision: str) -> None:
        found = self._at(name, revision)
        if found is not None:
            self._json(self._about(name, *found))

    def _tree(self, name: str, revision: str) -> None:
        found = self._at(name, revision)
        if found is not None:
            self._json([_entry(path, blob) for path, blob in found[1].items()])

    def _at(self, name: str, revision: str) -> tuple[str, dict[str, Blob]] | None:
        """A commit and its files; without them the request is refused."""
        if not self.repositories.has(name):
            self._refuse("RepoNotFound")
            return None
        found = self.repositories.at(name, revision)
        if found is None:
            self._refuse("RevisionNotFound")
        return found

    def _create(self, wanted: dict[str, Any]) -> None:
        name = f"{wanted['organization']}/{wanted['name']}"
        status = 409 if self.repositories.has(name) else 200
        (self.repositories.root / name).mkdir(parents=True, exist_ok=True)
        self._json({"url": f"{self._endpoint}/{name}"}, status)

    def _upload(self, wanted: dict[str, Any]) -> dict[str, Any]:
        action = {"upload": {"href": f"{self._endpoint}/uploads/{wanted['oid']}"}}
        return wanted if wanted["oid"] in self.uploaded else {**wanted, "actions": action}

    def _commit(self, name: str, lines: list[dict[str, Any]]) -> None:
        added: dict[str, bytes] = {}
        deleted: list[str] = []
        for line in lines:
            value = line["value"]
            if line["key"] == "file":
                added[value["path"]] = base64.b64decode(value["content"])
            elif line["key"] == "lfsFile":
                added[value["path"]] = self.uploaded[value["oid"]]
            elif line["key"].startswith("deleted"):
                deleted.append(value["path"])
        commit = self.repositories.commit(name, added, deleted)
        self._json({"commitUrl": f"{self._endpoint}/{name}/commit/{commit}", "commitOid": commit})

    @property
    def _endpoint(self) -> str:
        return f"http://{self.headers['Host']}"

    def _json(self, value: Any, status: int = 200) -> None:
        content = json.dumps(value).encode()
        self._send(status, length=len(content), **{"Content-Type": "application/json"})
        if self.command != "HEAD":
            self.wfile.write(content)

    def _refuse(self, code: str, **headers: str) -> None:
        self._send(404, **{"X-Error-Code": code, **headers})

    def _send(self, status: int, length: int = 0, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(length))
        self.end_headers()


def _entry(path: str, blob: Blob) -> dict[str, Any]:
    size = len(blob.content)
    entry = {"type": "file", "path": path, "size": size, "oid": blob.git_oid}
    if blob.is_large:
        entry["lfs"] = {"oid": blob.sha256, "size": size, "pointerSize": 134}
    return entry


def _mode(file: dict[str, Any]) -> dict[str, Any]:
    mode = "lfs" if file["path"].endswith(LARGE) else "regular"
    return {"path": file["path"], "uploadMode": mode, "shouldIgnore": False}
