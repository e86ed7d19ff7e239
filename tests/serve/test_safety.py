"""What clients send to do harm: it is refused, reaches nothing inside, and is never a 500."""

from __future__ import annotations

import io
import json
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import numpy as np
import PIL.Image
import pytest

from live_server import data_uri, running, whole
from towhee import Pipeline, ops, pipe
from towhee.errors import DataError, UsageError
from towhee.serve import ServeSettings
from towhee.serve.app import application
from towhee.serve.forming import BatchRules
from towhee.serve.guarded_protocol import GuardedProtocol
from towhee.serve.served import served
from towhee.serve.service import Service
from towhee.serve.settings import read_keys

EMBED = "/v1/pipelines/image-embedding"
KEY = "0123456789abcdef"


@pytest.fixture(scope="module")
def inside(photographs: list[Path]) -> Iterator[tuple[str, list[str]]]:
    """A server of the network inside, and the paths that it was asked for."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            content = photographs[0].read_bytes()
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    thread.join(30)
    server.server_close()


@pytest.mark.parametrize(
    "path",
    [
        "{file}",
        "file://{file}",
        "FILE:{file}",
        "./../../{file}",
        "{file}\x00.jpg",
        " {file}",
        "~/photo.jpg",
        "ftp://127.0.0.1/a.jpg",
        "data:{file}",
        "//{file}",
        "http:{file}",
    ],
)
def test_no_text_of_a_client_is_opened_as_a_file(
    client: httpx.Client, photographs: list[Path], path: str
) -> None:
    given = path.format(file=photographs[0])
    for value in (given, [given], {"input": given}, {"path": given}, [[given]]):
        answer = client.post(EMBED, json={"input": value})
        assert answer.status_code == 422, answer.text
        assert answer.json()["error"]["code"] in ("unusable_input", "not_fetched")


def test_what_functions_make_of_inputs_is_not_opened_either(photographs: list[Path]) -> None:
    def from_path(made: object) -> bool:
        return all(each.is_file for each in served(made).inputs)

    decode = ops.image_decode.pil()
    renamed = pipe.input("x").map("x", "path", str).map("path", "image", decode).output("image")
    nested = pipe.input("x").map("x", "image", renamed).output("image")
    assert from_path(renamed)
    assert from_path(nested)
    trusted = served(renamed, reads_paths=True)
    assert trusted.runner.run([str(photographs[0])])[0].ndim == 3


def test_addresses_of_the_network_inside_are_not_called(
    client: httpx.Client, inside: tuple[str, list[str]]
) -> None:
    address, asked = inside
    port = address.rpartition(":")[2]
    for host in ("127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "0.0.0.0", "127.1", "2130706433"):
        answer = client.post(EMBED, json={"input": f"http://{host}:{port}/a.jpg"})
        assert (answer.status_code, answer.json()["error"]["code"]) == (422, "not_fetched")
        assert "private" not in answer.text, "nothing is told of the network"
    assert asked == []


def test_a_host_that_is_allowed_is_called(
    embed: Pipeline, inside: tuple[str, list[str]], photographs: list[Path]
) -> None:
    address, asked = inside
    service = Service(ServeSettings(allow_hosts=(address.removeprefix("http://"),)))
    service.add(served(embed))
    with running(whole(service)) as server:
        answer = httpx.post(f"{server}{EMBED}", json={"input": f"{address}/a.jpg"})
        vector = np.array(answer.json()["result"], np.float32)
    assert np.array_equal(vector, embed(photographs[0]))
    assert asked.pop() == "/a.jpg"


def test_what_is_fetched_for_a_request_counts_as_held(
    embed: Pipeline, inside: tuple[str, list[str]], photographs: list[Path]
) -> None:
    address, _ = inside
    size = photographs[0].stat().st_size
    hosts = (address.removeprefix("http://"),)
    service = Service(ServeSettings(allow_hosts=hosts, max_held=3 * size))
    service.add(served(embed))
    with running(whole(service)) as server:
        for count, status in ((4, 503), (2, 200)):  # what was refused is held no longer
            sent = {"inputs": [f"{address}/a.jpg"] * count}
            assert httpx.post(f"{server}{EMBED}", json=sent).status_code == status


def test_images_that_are_none_or_too_much_are_refused(
    client: httpx.Client, photographs: list[Path]
) -> None:
    bomb = io.BytesIO()
    PIL.Image.new("1", (20_000, 10_000)).save(bomb, "PNG")  # 25 kB, and 200 megapixels
    whole = photographs[0].read_bytes()
    for content in (
        bomb.getvalue(),
        whole[: len(whole) // 2],
        b"\xff\xd8\xff",
        b"GIF89a",
        b"0" * 99,
    ):
        answer = client.post(EMBED, json={"input": data_uri(content)})
        assert answer.status_code == 422, answer.text
    assert client.get("/healthz").status_code == 200


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b'{"input": NaN}', 400),
        (b'{"input": "\\ud800"}', 400),
        (b"\xff\xfe", 400),
        (b"[" * 100_000, 400),
        (b"[]", 422),
        (b"null", 422),
        (b"{}", 422),
        (b'{"input": 1, "inputs": []}', 422),
        (b'{"inputs": {"a": 1}}', 422),
        (b'{"input": null}', 422),
        (b'{"input": true}', 422),
        (b'{"input": 1e999}', 400),
        (b'{"input": ' + b"[" * 500 + b"]" * 500 + b"}", 422),
        (b'{"input": "data:;base64,"}', 422),
        (json.dumps({"inputs": [0] * 1025}).encode(), 413),
    ],
)
def test_bodies_of_all_kinds_are_refused_in_words(
    client: httpx.Client, body: bytes, status: int
) -> None:
    answer = client.post(EMBED, content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == status, answer.text
    assert set(answer.json()["error"]) == {"message", "type", "param", "code"}


def test_what_cannot_be_written_is_no_500(client: httpx.Client) -> None:
    deep = b'{"input": ' + b"[" * 500 + b"]" * 500 + b"}"
    headers = {"Content-Type": "application/json"}
    answer = client.post("/v1/pipelines/echo", content=deep, headers=headers)
    assert answer.status_code == 422, answer.text
    big = client.post("/v1/pipelines/echo", json={"input": 10**30})
    assert big.status_code in (200, 400)


def test_other_types_of_bodies_and_broken_forms_are_refused(client: httpx.Client) -> None:
    for kind, body, status in [
        ("text/html", b"<p>", 415),
        ("multipart/form-data", b"x", 400),
        ("multipart/form-data; boundary=a", b"x", 400),
        (
            "multipart/form-data; boundary=a",
            b'--a\r\nContent-Disposition: form-data; name="input"',
            422,
        ),
        ("text/plain", b"\xff", 400),
        ("image/png", b"", 422),
    ]:
        answer = client.post(EMBED, content=body, headers={"Content-Type": kind})
        assert answer.status_code == status, (kind, answer.text)
    assert client.post(EMBED, files={"other": b"x"}).status_code == 422


def test_a_body_that_is_too_large_is_refused_before_it_is_read(embed: Pipeline) -> None:
    service = Service(ServeSettings(max_body=1000))
    service.add(served(embed))
    with running(whole(service)) as address:
        host, port = address.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=30) as connection:
            head = f"POST {EMBED} HTTP/1.1\r\nHost: a\r\nContent-Length: 100000000000\r\n\r\n"
            connection.sendall(head.encode())
            answer = connection.makefile("rb").read()  # to the end: the server closes
        assert answer.startswith(b"HTTP/1.1 413")
        chunked = httpx.post(f"{address}{EMBED}", content=iter([b"x" * 600] * 4))
        assert chunked.status_code == 413


def test_a_client_that_sends_too_slowly_is_refused_and_cut_off(embed: Pipeline) -> None:
    service = Service(ServeSettings(body_timeout=0.2))
    service.add(served(embed))
    with running(whole(service)) as address:
        host, port = address.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=30) as connection:
            head = f"POST {EMBED} HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n123"
            connection.sendall(head.encode())
            assert connection.makefile("rb").read().startswith(b"HTTP/1.1 408")


class Hasty(GuardedProtocol):
    head_seconds = 0.2


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"GET /healthz HTTP/1.1\r\nHost: a\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\nGET /healthz HTTP/1.1\r\n",
    ],
)
def test_a_client_that_does_not_say_what_it_wants_is_cut_off(sent: bytes) -> None:
    app = application(Service())
    with running(app, Hasty) as address:
        host, port = address.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=30) as connection:
            connection.sendall(sent)
            answers = connection.makefile("rb").read()  # to the end: the server closes
    assert answers.count(b"HTTP/1.1 200") == sent.count(b"\r\n\r\n")


def test_a_head_without_end_is_cut_off() -> None:
    app = application(Service())
    with running(app) as address:
        host, port = address.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=30) as connection:
            connection.sendall(b"GET /healthz HTTP/1.1\r\n")
            headers = b"X-Header: 1234567890\r\n" * 10_000_000  # 220 MB
            with pytest.raises(ConnectionError):
                connection.sendall(headers)


def test_bodies_are_held_within_a_limit_of_memory(embed: Pipeline) -> None:
    service = Service(ServeSettings(max_held=1000, body_timeout=30))
    service.add(served(embed))
    with running(whole(service)) as address:
        answer = httpx.post(f"{address}{EMBED}", content=b"x" * 2000)
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
        after = httpx.post(f"{address}{EMBED}", content=b"x" * 900)
        assert after.status_code == 400, "what was refused is held no longer"


def test_without_a_key_or_with_a_wrong_one_nothing_but_health_answers(embed: Pipeline) -> None:
    service = Service(ServeSettings(keys={KEY: "me"}))
    service.add(served(embed))
    with running(whole(service)) as address, httpx.Client(base_url=address) as client:
        wrong = [
            b"",
            b"Bearer",
            b"Bearer \xff\xfe",
            *(
                f"{scheme} {key}".encode()
                for scheme, key in (
                    ("Bearer", KEY + "x"),
                    ("Bearer", KEY[:-1]),
                    ("Bearer", f"{KEY} {KEY}"),
                    ("Basic", KEY),
                )
            ),
        ]
        for header in (None, *wrong):
            headers = {} if header is None else {b"Authorization": header}
            for path in ("/v1/models", "/metrics", "/openapi.json"):
                answer = client.get(path, headers=headers)
                assert answer.status_code == 401
                assert answer.headers["WWW-Authenticate"] == "Bearer"
            for path in (EMBED, "/v1/embeddings", "/v1/search"):
                assert client.post(path, headers=headers, content=b"{}").status_code == 401
        assert client.get("/healthz").status_code == client.get("/readyz").status_code == 200
        allowed = client.get("/v1/models", headers={"Authorization": f"bearer {KEY}"})
        assert allowed.status_code == 200


def test_each_key_has_its_own_rate(embed: Pipeline) -> None:
    other = KEY[::-1]
    service = Service(ServeSettings(keys={KEY: "me", other: "you"}, rate=0.001))
    service.add(served(embed))
    with running(whole(service)) as address, httpx.Client(base_url=address) as client:
        for key in (KEY, other):
            headers = {"Authorization": f"Bearer {key}"}
            assert client.get("/v1/models", headers=headers).status_code == 200
            refused = client.get("/v1/models", headers=headers)
            assert refused.status_code == 429
            assert 0 < int(refused.headers["Retry-After"]) <= 1000


def test_keys_come_from_a_file_with_names(tmp_path: Path) -> None:
    file = tmp_path / "keys.txt"
    file.write_text(f"# who may call\nme: {KEY}\n\n{KEY[::-1]}\n")
    assert read_keys(file) == {KEY: "me", KEY[::-1]: "line 4"}
    assert KEY not in repr(ServeSettings(keys=read_keys(file)))
    file.write_text("short\n")
    with pytest.raises(UsageError, match=r"line 1 .* at least 16 characters"):
        read_keys(file)
    file.write_text("# none\n")
    with pytest.raises(DataError, match="holds no API key"):
        read_keys(file)
    with pytest.raises(DataError, match="cannot be read"):
        read_keys(tmp_path / "absent.txt")


def test_a_request_that_takes_too_long_is_refused_and_its_place_is_free_again() -> None:
    gate = threading.Event()

    def wait(value: object) -> object:
        assert gate.wait(30)
        return value

    rules = BatchRules(max_batch=1, max_queue=1, runs=1)
    service = Service(ServeSettings(rules=rules, timeout=0.2))
    service.add(served(wait, "wait"))
    with running(whole(service)) as address, httpx.Client(base_url=address) as client:
        try:
            for _ in range(3):
                answer = client.post("/v1/pipelines/wait", json={"input": 1})
                assert answer.status_code == 503
                assert answer.json()["error"]["code"] == "timeout"
                assert answer.headers["Retry-After"] == "1"
        finally:
            gate.set()
        assert client.post("/v1/pipelines/wait", json={"input": 2}).json()["result"] == 2


def test_the_inside_of_a_failing_function_is_not_told() -> None:
    def fail(value: object) -> object:
        raise ValueError("password=hunter2")

    service = Service()
    service.add(served(fail, "fail"))
    with running(whole(service)) as address:
        answer = httpx.post(f"{address}/v1/pipelines/fail", json={"input": 1})
    assert answer.status_code == 422
    assert "hunter2" not in answer.text
