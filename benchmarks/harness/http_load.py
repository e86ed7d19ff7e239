"""A client that loads a server over loopback, in a process of its own, cheap beside the server.

    python benchmarks/harness/http_load.py JOB.json

Prints what became of the requests as JSON. The job's fields are those of ``Load``.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from collections import Counter
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Load:
    """Requests to send.

    Attributes:
        port: of the server on 127.0.0.1.
        path: of the route.
        content_type: of all bodies.
        bodies: paths of files whose contents are sent in turn.
        requests: how many.
        connections: that are kept open; each sends its next request when it has an answer.
        rate: requests a second, sent on time whether earlier ones are answered or not, and timed
            from when they should have been sent; ``None`` to send as fast as answers come.
        core: the processor to run on; ``None`` for any.
    """

    port: int
    path: str
    content_type: str
    bodies: list[str]
    requests: int
    connections: int
    rate: float | None = None
    core: int | None = None


async def sent(load: Load) -> dict[str, Any]:
    """Send them all; how long each took, and what the answers were."""
    messages = cycle([_message(load, Path(path).read_bytes()) for path in load.bodies])
    started = time.perf_counter()
    due = (
        started if load.rate is None else started + number / load.rate
        for number in range(load.requests)
    )
    taken: list[float] = []
    statuses: Counter[str] = Counter()

    async def connection() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", load.port, limit=2**22)
        for at in due:
            wait = at - time.perf_counter()
            if load.rate is not None and wait > 0:
                await asyncio.sleep(wait)
            began = at if load.rate is not None else time.perf_counter()
            writer.write(next(messages))
            status = await _answer(reader)
            statuses[status] += 1
            if status == "200":
                taken.append(time.perf_counter() - began)
        writer.close()

    await asyncio.gather(*(connection() for _ in range(load.connections)))
    seconds = time.perf_counter() - started
    taken.sort()
    return {
        "seconds": seconds,
        "answered": len(taken),
        "per_second": len(taken) / seconds,
        "statuses": dict(statuses),
        "p50_ms": _percentile(taken, 0.5),
        "p99_ms": _percentile(taken, 0.99),
    }


def _message(load: Load, body: bytes) -> bytes:
    head = f"POST {load.path} HTTP/1.1\r\nHost: a\r\nContent-Type: {load.content_type}\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


async def _answer(reader: asyncio.StreamReader) -> str:
    head = await reader.readuntil(b"\r\n\r\n")
    fields = head.decode("latin-1").lower().split("\r\n")
    (length,) = (line.partition(":")[2] for line in fields if line.startswith("content-length:"))
    await reader.readexactly(int(length))
    return fields[0].split()[1]


def _percentile(ordered: list[float], part: float) -> float | None:
    if not ordered:
        return None
    return round(1000 * ordered[min(len(ordered) - 1, int(part * len(ordered)))], 2)


if __name__ == "__main__":
    job = Load(**json.loads(Path(sys.argv[1]).read_text()))
    if job.core is not None:
        os.sched_setaffinity(0, {job.core})
    print(json.dumps(asyncio.run(sent(job))))
