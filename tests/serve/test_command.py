"""``towhee serve`` in processes of its own: signals, workers, logs."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import numpy as np
import psutil
import pytest

from live_server import data_uri
from serve_command import command
from towhee import Pipeline

EMBED = "/v1/pipelines/image-embedding"


def test_sigterm_ends_it_when_what_it_took_is_answered(
    tmp_path: Path, embed: Pipeline, photographs: list[Path]
) -> None:
    contents = [path.read_bytes() for path in photographs]
    answers: list[httpx.Response] = []
    with command(tmp_path, "image-embedding", "--max-batch", "4") as running:

        def ask() -> None:
            sent = {"inputs": [*map(data_uri, contents)]}
            headers = {"X-Request-Id": "all"}
            url = f"{running.address}{EMBED}"
            answers.append(httpx.post(url, json=sent, headers=headers, timeout=60))

        thread = threading.Thread(target=ask)
        thread.start()
        idle = 'towhee_queue_seconds_count{model="image-embedding"} 0.0'
        while idle in httpx.get(f"{running.address}/metrics").text:
            thread.join(0.01)
        assert running.ends(signal.SIGTERM) == 0
        thread.join(60)
        (line,) = [each for each in running.lines() if each.get("request_id") == "all"]
    vectors = np.array([each["result"] for each in answers[0].json()["results"]], np.float32)
    assert np.array_equal(vectors, embed(contents))
    assert (line["status"], line["model"], line["inputs"]) == (200, "image-embedding", 41)


def test_a_request_under_way_is_answered_after_sigterm(
    tmp_path: Path, photographs: list[Path]
) -> None:
    body = photographs[0].read_bytes()
    with command(tmp_path, "image-embedding") as running:
        host, port = running.address.removeprefix("http://").split(":")
        with (
            contextlib.ExitStack() as closing,
            socket.create_connection((host, int(port)), timeout=60) as connection,
        ):
            head = f"POST {EMBED} HTTP/1.1\r\nHost: a\r\nContent-Type: image/jpeg\r\n"
            head += f"Content-Length: {len(body)}\r\n\r\n"
            connection.sendall(head.encode() + body[:100])
            # What was sent is read, and the second connection is taken, when a third is answered.
            late = closing.enter_context(socket.create_connection((host, int(port)), timeout=60))
            assert httpx.get(f"{running.address}/healthz").status_code == 200
            running.process.send_signal(signal.SIGTERM)
            while "Shutting down" not in running.log.read_text():
                assert running.process.poll() is None
            late.sendall(b"GET /readyz HTTP/1.1\r\nHost: a\r\n\r\n")
            connection.sendall(body[100:])
            answer = connection.makefile("rb").read()
            assert late.makefile("rb").read().startswith(b"HTTP/1.1 503"), "it is about to end"
        assert answer.startswith(b"HTTP/1.1 200")
        assert running.process.wait(60) == 0


def test_processes_share_an_address_and_are_replaced_under_load_without_a_lost_request(
    tmp_path: Path,
) -> None:
    path, sent = "/v1/pipelines/text-embedding-hashing", {"input": "a towhee"}
    statuses: list[int | str] = []
    done = threading.Event()
    with command(tmp_path, "text-embedding-hashing", "--workers", "2", "--drain", "0.5") as running:
        parent = psutil.Process(running.process.pid)

        def servers() -> set[int]:
            found = set()
            for child in parent.children():
                # one that has just ended is none any more
                with contextlib.suppress(psutil.NoSuchProcess, psutil.ZombieProcess):
                    if "spawn_main" in " ".join(child.cmdline()):
                        found.add(child.pid)
            return found

        def ask() -> None:
            with httpx.Client(base_url=running.address, timeout=60) as client:
                while not done.is_set():
                    try:
                        statuses.append(client.post(path, json=sent).status_code)
                    except httpx.HTTPError as error:
                        statuses.append(repr(error))

        before = servers()
        assert len(before) == 2
        threads = [threading.Thread(target=ask) for _ in range(4)]
        for thread in threads:
            thread.start()
        running.process.send_signal(signal.SIGHUP)
        while servers() & before or len(servers()) != 2:
            threads[0].join(0.1)
        done.set()
        for thread in threads:
            thread.join(60)
        metrics = httpx.get(f"{running.address}/metrics").text
        killed = servers().pop()
        os.kill(killed, signal.SIGKILL)
        while killed in servers() or len(servers()) != 2:
            threads[0].join(0.1)
            assert running.process.poll() is None
        assert httpx.get(f"{running.address}/healthz", timeout=60).status_code == 200
        assert running.ends(signal.SIGTERM) == 0
    assert set(statuses) == {200}
    assert 'towhee_inputs_total{model="text-embedding-hashing"}' in metrics


def test_spans_go_to_the_collector_that_the_environment_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    received: dict[str, bytes] = {}

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            received[self.path] = received.get(self.path, b"") + body
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    collector = ThreadingHTTPServer(("127.0.0.1", 0), Collector)
    thread = threading.Thread(target=collector.serve_forever)
    thread.start()
    endpoint = f"http://127.0.0.1:{collector.server_port}"
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint)
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_COMPRESSION", "none")
    try:
        with command(tmp_path, "image-embedding") as running:
            headers = {"X-Request-Id": "one-that-is-looked-for"}
            assert httpx.get(f"{running.address}/v1/models", headers=headers).status_code == 200
            assert running.ends(signal.SIGTERM) == 0
    finally:
        collector.shutdown()
        thread.join(60)
        collector.server_close()
    assert b"one-that-is-looked-for" in received["/v1/traces"]


def test_a_wrong_name_ends_the_command_with_one_sentence() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "towhee", "serve", "image-embeding"], capture_output=True, text=True
    )
    assert done.returncode == 1
    assert "did you mean 'image-embedding'" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_address_that_is_taken_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = str(listener.getsockname()[1])
        done = subprocess.run(
            [sys.executable, "-m", "towhee", "serve", "image-embedding", "--port", port],
            capture_output=True,
            text=True,
        )
    assert done.returncode == 1
    assert "cannot be listened at" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("option", ["--max-batch", "--timeout", "--workers"])
def test_a_limit_of_zero_is_no_limit(option: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "towhee", "serve", "image-embedding", option, "0"],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
