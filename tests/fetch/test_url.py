"""Real servers on loopback: what is fetched, what is cut off, and what is never called."""

from __future__ import annotations

import gzip
import ssl
import threading
import zlib
from collections.abc import Callable, Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from towhee.errors import FetchError
from towhee.fetch import FetchPolicy, read_bytes
from towhee.fetch.connection import tls_context
from towhee.fetch.url import fetch_url

CERTIFICATES = Path(__file__).parent / "certificates"
CONTENT = b"content of the image " * 1000


class Server(ThreadingHTTPServer):
    """Answers by ``routes``, remembers what it was asked, and stops its slow answers at the end."""

    daemon_threads = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.routes: dict[str, Callable[[Handler], None]] = {}
        self.hosts: list[str] = []
        self.paths: list[str] = []
        self.names: list[str | None] = []
        self.over = threading.Event()

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.server_port}"

    def handle_error(self, *_: object) -> None:
        """A client that hangs up is what several tests are about."""


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.server.hosts.append(self.headers["Host"])
        self.server.paths.append(self.path)
        self.server.routes[self.path.partition("?")[0]](self)

    def answer(self, body: bytes, status: int = 200, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content_Length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def write(self, raw: bytes) -> None:
        self.wfile.write(raw)

    def redirect(self, target: str, status: int = 302) -> None:
        self.answer(b"", status, Location=target)

    def drip(self, piece: bytes) -> None:
        """Send a byte every 50 ms, for ten seconds at most."""
        for _ in range(200):
            self.wfile.write(piece)
            if self.server.over.wait(0.05):
                return

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Server]:
    yield from _running(Server())


@pytest.fixture
def secure_server() -> Iterator[Server]:
    server = Server()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATES / "images.example.pem")
    context.sni_callback = lambda _socket, name, _context: server.names.append(name)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    yield from _running(server)


def _running(server: Server) -> Iterator[Server]:
    server.routes["/image"] = lambda handler: handler.answer(CONTENT)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.over.set()
    server.shutdown()
    server.server_close()
    thread.join()


def allowing(server: Server, **limits: float) -> FetchPolicy:
    return FetchPolicy(allow_hosts=(server.host, "images.example"), **limits)  # type: ignore[arg-type]


def to_loopback(host: str, port: int) -> Sequence[str]:
    return ["127.0.0.1"]


def never(host: str, port: int) -> Sequence[str]:
    raise AssertionError(f"{host} was looked up")


def refusal(url: str, **options: object) -> str:
    """The message of the one FetchError that fetching raises."""
    with pytest.raises(FetchError) as caught:
        fetch_url(url, **options)  # type: ignore[arg-type]
    message = str(caught.value)
    assert "secret" not in message
    assert ";" in message
    assert "\n" not in message
    return message


def test_the_content_is_fetched(server: Server) -> None:
    policy = allowing(server)
    assert fetch_url(f"http://{server.host}/image", policy=policy) == CONTENT
    assert read_bytes(f" http://{server.host}/image?q=ü x\n", policy=policy) == CONTENT
    assert server.paths[1] == "/image?q=%C3%BC%20x"


def test_a_host_is_allowed_through_the_environment(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOWHEE_ALLOW_HOSTS", server.host)
    assert read_bytes(f"http://{server.host}/image") == CONTENT


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "ⓛocalhost", "１２７.0.0.1"])  # noqa: RUF001
def test_this_machine_is_not_called(server: Server, host: str) -> None:
    message = refusal(f"http://{host}:{server.server_port}/image")
    assert "which is loopback, not public" in message
    assert "allow_hosts" in message
    assert server.paths == []


def test_ipv6_loopback_is_not_called() -> None:
    assert "is at ::1, which is loopback" in refusal("http://[::1]:8000/a", resolve=never)


@pytest.mark.parametrize(
    "address", ["10.0.0.1", "169.254.169.254", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "fe80::1%lo"]
)
def test_a_name_that_stands_for_a_private_address_is_refused(address: str) -> None:
    message = refusal("http://images.example/a", resolve=lambda host, port: [address])
    assert f"images.example is at {address}" in message


def test_one_private_address_among_public_ones_is_enough_to_refuse() -> None:
    addresses = ["93.184.216.34", "192.168.0.1"]
    message = refusal("http://images.example/a", resolve=lambda host, port: addresses)
    assert "192.168.0.1, which is private" in message


def test_a_name_is_looked_up_once_and_the_checked_address_is_called(server: Server) -> None:
    answers = iter([["127.0.0.1"]])  # a second look-up has no answer

    def rebinding(host: str, port: int) -> Sequence[str]:
        assert (host, port) == ("images.example", server.server_port)
        return next(answers)

    url = f"http://images.example:{server.server_port}/image"
    assert fetch_url(url, policy=allowing(server), resolve=rebinding) == CONTENT
    assert server.hosts == [f"images.example:{server.server_port}"]


def test_the_next_address_is_called_where_the_first_takes_no_connection(server: Server) -> None:
    url = f"http://images.example:{server.server_port}/image"
    both = ["127.0.0.2", "127.0.0.1"]
    content = fetch_url(url, policy=allowing(server), resolve=lambda host, port: both)
    assert content == CONTENT


def test_a_name_without_an_address_is_an_error() -> None:
    def unknown(host: str, port: int) -> Sequence[str]:
        raise OSError("Name or service not known")

    assert "images.example has no address" in refusal("http://images.example/", resolve=unknown)
    assert "has no address" in refusal("http://images.example/", resolve=lambda host, port: [])


def test_ports_of_other_services_are_refused() -> None:
    for port in (0, 22, 25, 111):
        message = refusal(f"http://images.example:{port}/a", resolve=never)
        assert f"port {port} belongs to another service" in message


def test_credentials_are_refused_and_not_shown() -> None:
    message = refusal("http://me:secret@images.example/a?secret", resolve=never)
    assert "http://images.example/a?… is not fetched: the address holds credentials" in message


def test_redirects_are_followed_to_the_limit(server: Server) -> None:
    for hop in range(1, 6):
        server.routes[f"/{hop}"] = lambda handler, hop=hop: handler.redirect(  # type: ignore[misc]
            f"/{hop - 1}" if hop > 1 else "image", (301, 302, 303, 307, 308)[hop - 1]
        )
    assert fetch_url(f"http://{server.host}/5", policy=allowing(server)) == CONTENT
    message = refusal(f"http://{server.host}/5", policy=allowing(server, max_redirects=4))
    assert "redirects more than 4 times" in message


def test_a_circle_of_redirects_ends(server: Server) -> None:
    server.routes["/a"] = lambda handler: handler.redirect("/b")
    server.routes["/b"] = lambda handler: handler.redirect("/a")
    assert "more than 5 times" in refusal(f"http://{server.host}/a", policy=allowing(server))
    assert len(server.paths) == 6


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("http://169.254.169.254/latest/meta-data", "link-local"),
        ("http://localhost/a", "loopback"),
        ("//10.0.0.1/a", "private"),
        ("http://0x7f000001/", "unusual form"),
        ("http://me:secret@127.0.0.1/", "credentials"),
        ("file:///etc/passwd", "not file"),
        ("ftp://example.org/", "not ftp"),
        ("http://[/", "no valid address"),
        ("", "redirects to nowhere"),
    ],
)
def test_every_hop_is_checked(server: Server, target: str, reason: str) -> None:
    server.routes["/a"] = lambda handler: handler.redirect(target)
    assert reason in refusal(f"http://{server.host}/a", policy=allowing(server))
    assert server.paths == ["/a"]


def test_https_is_verified_by_the_name_while_the_address_is_called(secure_server: Server) -> None:
    url = f"https://images.example:{secure_server.server_port}/image"
    context = tls_context(str(CERTIFICATES / "authority.pem"))
    options = {"resolve": to_loopback, "policy": allowing(secure_server)}
    assert fetch_url(url, context=context, **options) == CONTENT  # type: ignore[arg-type]
    assert secure_server.names == ["images.example"]
    assert secure_server.hosts == [f"images.example:{secure_server.server_port}"]


def test_a_certificate_of_another_name_or_authority_is_refused(secure_server: Server) -> None:
    port = secure_server.server_port
    context = tls_context(str(CERTIFICATES / "authority.pem"))
    policy = FetchPolicy(allow_hosts=("images.example", "other.example", "127.0.0.1"))
    for host, trusted in (
        ("other.example", context),
        ("127.0.0.1", context),
        ("images.example", None),
    ):
        message = refusal(
            f"https://{host}:{port}/image", policy=policy, resolve=to_loopback, context=trusted
        )
        assert f"no secure connection to {host}" in message
    assert secure_server.paths == []


def test_a_redirect_from_https_to_http_is_refused(secure_server: Server) -> None:
    port = secure_server.server_port
    secure_server.routes["/a"] = lambda handler: handler.redirect(f"http://images.example:{port}/b")
    message = refusal(
        f"https://images.example:{port}/a",
        policy=allowing(secure_server),
        resolve=to_loopback,
        context=tls_context(str(CERTIFICATES / "authority.pem")),
    )
    assert "from https to plain http" in message
    assert secure_server.paths == ["/a"]


def test_content_dripped_over_https_is_cut_off_in_time(secure_server: Server) -> None:
    def slow(handler: Handler) -> None:
        handler.answer(b"", Content_Length="200")
        handler.drip(b"x")

    secure_server.routes["/slow"] = slow
    message = refusal(
        f"https://images.example:{secure_server.server_port}/slow",
        policy=allowing(secure_server, timeout_seconds=0.5),
        resolve=to_loopback,
        context=tls_context(str(CERTIFICATES / "authority.pem")),
    )
    assert "not complete after 0.5 seconds" in message


def test_content_dripped_byte_by_byte_is_cut_off_in_time(server: Server) -> None:
    def slow(handler: Handler) -> None:
        handler.answer(b"", Content_Length="200")
        handler.drip(b"x")

    server.routes["/slow"] = slow
    policy = allowing(server, timeout_seconds=0.3)
    message = refusal(f"http://{server.host}/slow", policy=policy)
    assert "not complete after 0.3 seconds; try again, or raise timeout_seconds" in message


def test_headers_dripped_byte_by_byte_are_cut_off_in_time(server: Server) -> None:
    def slow(handler: Handler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        handler.drip(b"x")
        handler.wfile.write(b"\r\nContent-Length: 1\r\n\r\nx")

    server.routes["/slow"] = slow
    policy = allowing(server, timeout_seconds=0.3)
    assert "not complete after 0.3" in refusal(f"http://{server.host}/slow", policy=policy)


def test_chunks_dripped_are_cut_off_in_time(server: Server) -> None:
    def slow(handler: Handler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        handler.drip(b"1\r\nx\r\n")
        handler.wfile.write(b"0\r\n\r\n")

    server.routes["/slow"] = slow
    policy = allowing(server, timeout_seconds=0.3)
    assert "not complete after 0.3" in refusal(f"http://{server.host}/slow", policy=policy)


def test_the_time_is_shared_by_all_redirects(server: Server) -> None:
    def slow(handler: Handler) -> None:
        handler.server.over.wait(0.2)
        handler.redirect("/slow")

    server.routes["/slow"] = slow
    policy = allowing(server, timeout_seconds=0.5, max_redirects=100)
    assert "not complete after 0.5" in refusal(f"http://{server.host}/slow", policy=policy)


def test_content_that_says_it_is_too_large_is_not_read(server: Server) -> None:
    server.routes["/large"] = lambda handler: handler.answer(b"x", Content_Length="1001")
    message = refusal(f"http://{server.host}/large", policy=allowing(server, max_bytes=1000))
    assert "more than the limit of 1,000 bytes; fetch a smaller file, or raise max_bytes" in message


@pytest.mark.parametrize("framing", ["endless", "chunked"])
def test_endless_content_is_cut_off_at_the_limit(server: Server, framing: str) -> None:
    def endless(handler: Handler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
        if framing == "chunked":
            handler.wfile.write(b"Transfer-Encoding: chunked\r\n")
        handler.wfile.write(b"\r\n")
        piece = b"x" * 65536
        while not handler.server.over.is_set():
            handler.wfile.write(b"10000\r\n%b\r\n" % piece if framing == "chunked" else piece)

    server.routes["/endless"] = endless
    message = refusal(f"http://{server.host}/endless", policy=allowing(server, max_bytes=300_000))
    assert "more than the limit of 300,000 bytes" in message


def test_content_of_exactly_the_limit_is_read(server: Server) -> None:
    server.routes["/a"] = lambda handler: handler.answer(b"x" * 1000)
    policy = allowing(server, max_bytes=1000)
    assert len(fetch_url(f"http://{server.host}/a", policy=policy)) == 1000


@pytest.mark.parametrize(
    ("coding", "pack"),
    [("gzip", gzip.compress), ("x-gzip", gzip.compress), ("deflate", zlib.compress)],
)
def test_content_packed_unasked_is_unpacked(
    server: Server, coding: str, pack: Callable[[bytes], bytes]
) -> None:
    body = pack(CONTENT)
    server.routes["/a"] = lambda handler: handler.answer(body, Content_Encoding=coding)
    assert fetch_url(f"http://{server.host}/a", policy=allowing(server)) == CONTENT


def test_packed_content_of_several_parts_is_unpacked_whole(server: Server) -> None:
    body = gzip.compress(b"one ") + gzip.compress(b"two")
    server.routes["/a"] = lambda handler: handler.answer(body, Content_Encoding="gzip")
    assert fetch_url(f"http://{server.host}/a", policy=allowing(server)) == b"one two"


def test_a_gzip_bomb_is_not_unpacked_beyond_the_limit(server: Server) -> None:
    bomb = gzip.compress(bytes(50_000_000))
    server.routes["/bomb"] = lambda handler: handler.answer(bomb, Content_Encoding="gzip")
    policy = allowing(server, max_bytes=100_000)
    assert len(bomb) < policy.max_bytes
    assert "limit of 100,000 bytes" in refusal(f"http://{server.host}/bomb", policy=policy)


@pytest.mark.parametrize(
    ("body", "coding", "reason"),
    [
        (gzip.compress(CONTENT)[:-20], "gzip", "cut off"),
        (b"this is not gzip", "gzip", "damaged gzip content"),
        (b"anything", "br", "packed as 'br'"),
        (b"anything", "gzip, br", "packed as 'gzip, br'"),
    ],
)
def test_content_that_cannot_be_unpacked_is_refused(
    server: Server, body: bytes, coding: str, reason: str
) -> None:
    server.routes["/a"] = lambda handler: handler.answer(body, Content_Encoding=coding)
    assert reason in refusal(f"http://{server.host}/a", policy=allowing(server))


@pytest.mark.parametrize("status", [204, 304, 400, 401, 403, 404, 429, 500, 503])
def test_another_status_than_200_is_an_error_that_names_it(server: Server, status: int) -> None:
    server.routes["/a"] = lambda handler: handler.answer(b"", status)
    message = refusal(f"http://{server.host}/a?token=secret", policy=allowing(server))
    assert message.startswith(f"http://{server.host}/a?… answered {status} ")


def test_empty_content_is_an_error(server: Server) -> None:
    server.routes["/a"] = lambda handler: handler.answer(b"")
    assert "sent nothing (0 bytes)" in refusal(f"http://{server.host}/a", policy=allowing(server))


def test_a_connection_that_breaks_off_is_an_error_and_no_short_content(server: Server) -> None:
    server.routes["/a"] = lambda handler: handler.answer(b"half", Content_Length="8")
    assert "could not be fetched" in refusal(f"http://{server.host}/a", policy=allowing(server))


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5, 6\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 500 + b"\r\nhello",
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 100_000 + b"\r\n\r\nhello",
    ],
)
def test_an_answer_that_is_no_http_is_an_error(server: Server, answer: bytes) -> None:
    server.routes["/a"] = lambda handler: handler.write(answer)
    assert "could not be fetched" in refusal(f"http://{server.host}/a", policy=allowing(server))


def test_a_port_where_nobody_listens_is_an_error(server: Server) -> None:
    policy = FetchPolicy(allow_hosts=("127.0.0.2",))
    message = refusal(f"http://127.0.0.2:{server.server_port}/a", policy=policy)
    assert "could not be fetched (Connection refused)" in message
