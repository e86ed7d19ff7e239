"""A training on several devices: a process for each, which this one starts and waits for.

The processes import what was pickled and not the program that asked, so a script needs no
``if __name__ == "__main__"``, and a notebook or a prompt does as well. They talk to each other
over the loopback interface only.
"""

from __future__ import annotations

import os
import pickle
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from towhee.errors import TowheeError, TrainingError, UsageError
from towhee.trainer.importing import import_cloudpickle
from towhee.trainer.keeping import load_weights
from towhee.trainer.loop import Course, Outcome, Run

JOB, ERROR, OUTCOME, WEIGHTS = "job", "error", "outcome", "weights"
"""What lies in the folder that the processes share."""

_SECONDS = 0.05
"""Between two looks at the processes."""


def fitted_on_devices(course: Course, run: Run, callbacks: Sequence[Any]) -> Outcome:
    """Run a course on all the devices of a run; network and loss have the weights then.

    Each device has its part of every batch, gradients are averaged, and the first of them
    evaluates and writes.

    Args:
        course: what is trained.
        run: how long, and on what.
        callbacks: of Lightning, which work on copies in the processes.

    Raises:
        UsageError: for what cannot be sent to another process.
        TrainingError: if the training fails in one of them; the others are ended.
    """
    with tempfile.TemporaryDirectory(prefix="towhee-devices-") as name:
        folder = Path(name)
        (folder / JOB).write_bytes(packed_course(course, run, callbacks))
        with _processes(folder, run.device_count) as processes:
            _wait(processes, folder)
        load_weights(folder / WEIGHTS, course)
        outcome: Outcome = pickle.loads((folder / OUTCOME).read_bytes())
    return outcome


def packed_course(course: Course, run: Run, callbacks: Sequence[Any]) -> bytes:
    """What another process needs for its part of a course; pickle makes it of these bytes.

    Args:
        course: what is trained.
        run: how long, and on what.
        callbacks: of Lightning.

    Raises:
        UsageError: for what cannot be sent to another process.
    """
    try:
        packed: bytes = import_cloudpickle().dumps((course, run, callbacks))
    except (TypeError, AttributeError, pickle.PicklingError) as error:
        raise UsageError(
            f"the training cannot be sent to a process for each of {run.device_count} devices: "
            f"{error}; a callback or a transform holds something that stays here (an open "
            "file, a lock), so make it there, or take devices=1"
        ) from error
    return packed


@contextmanager
def _processes(folder: Path, count: int) -> Iterator[list[subprocess.Popen[bytes]]]:
    """A process for each device; none is left behind."""
    port = _free_port()
    started: list[subprocess.Popen[bytes]] = []
    try:
        for rank in range(count):
            started.append(
                subprocess.Popen(
                    [sys.executable, "-m", "towhee.trainer.rank", str(folder)],
                    # Nothing is written to it: that it ends tells them that this process has.
                    stdin=subprocess.PIPE,
                    env={**os.environ, **_environment(rank, count, port)},
                )
            )
        yield started
    finally:
        for process in started:
            process.kill()
            process.wait()
            if process.stdin is not None:
                process.stdin.close()


def _environment(rank: int, count: int, port: int) -> dict[str, str]:
    interface = "lo" if sys.platform == "linux" else "lo0"
    return {
        "LOCAL_RANK": str(rank),
        "NODE_RANK": "0",
        "WORLD_SIZE": str(count),
        "MASTER_ADDR": "127.0.0.1",
        "MASTER_PORT": str(port),
        "GLOO_SOCKET_IFNAME": interface,
        "NCCL_SOCKET_IFNAME": interface,
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
    }


def _wait(processes: Sequence[subprocess.Popen[bytes]], folder: Path) -> None:
    """Until all have ended, or one has failed, for which the others would wait forever."""
    while True:
        codes = [process.poll() for process in processes]
        failed = [rank for rank, code in enumerate(codes) if code]
        if failed:
            raise _error(folder, failed[0], codes[failed[0]] or 0)
        if all(code == 0 for code in codes):
            return
        time.sleep(_SECONDS)  # no call waits for the first of several processes to fail


def _error(folder: Path, rank: int, code: int) -> Exception:
    """What a process failed with, as it would have been raised here."""
    written = sorted(folder.glob(f"{ERROR}-*"))
    if written:
        error = pickle.loads(written[0].read_bytes())
        if isinstance(error, TowheeError):
            return error
        return TrainingError(f"training on device {rank} failed: {error!r}; its output says where")
    return TrainingError(
        f"the process of device {rank} ended with code {code}"
        + (": was it killed for want of memory?" if code == -9 else "; its output says why")
    )


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
