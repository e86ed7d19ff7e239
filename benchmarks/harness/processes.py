"""Run a contender in a process of its own, and see how much memory it takes."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

_SAMPLE_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Finished:
    """What a process left behind.

    Attributes:
        report: the JSON object that it printed last; ``None`` if it failed.
        error: why it failed, in one line; ``None`` if it did not.
        tree_peak_mib: the most memory that it held together with processes that it started,
            shared pages counted once, sampled twice a second; ``None`` if it started none.
    """

    report: dict[str, Any] | None
    error: str | None
    tree_peak_mib: float | None


def finished(
    command: list[str], *, timeout: float, environment: Mapping[str, str] | None = None
) -> Finished:
    """Run a command that prints one JSON object as its last line, and wait for it.

    Args:
        command: the program and its arguments.
        timeout: seconds after which it is ended, together with what it started.
        environment: variables to set besides those of this process.
    """
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=errors,
            env={**os.environ, **(environment or {})},
        )
        watch = _Watch(process.pid)
        watch.start()
        timed_out = False
        try:
            process.wait(timeout)
        except subprocess.TimeoutExpired:
            timed_out = True
        finally:
            watch.stop()
            _end(process)
        output.seek(0)
        errors.seek(0)
        said = output.read().decode(errors="replace").strip().splitlines()
        complaints = errors.read().decode(errors="replace")
    if timed_out:
        return Finished(None, f"not done within {timeout:.0f} s", watch.peak_mib)
    if process.returncode:
        return Finished(None, _last_line(complaints, process.returncode), watch.peak_mib)
    if not said:
        return Finished(None, "it reported nothing", watch.peak_mib)
    return Finished(json.loads(said[-1]), None, watch.peak_mib)


def run_json(command: list[str], *, timeout: float = 3600) -> dict[str, Any]:
    """The JSON object that a command prints last.

    Raises:
        RuntimeError: if it fails, with its last words.
    """
    done = finished(command, timeout=timeout)
    if done.report is None:
        raise RuntimeError(f"{Path(command[1]).name}: {done.error}")
    return done.report


def _last_line(complaints: str, code: int) -> str:
    """The line that says what went wrong: the last one of the traceback's own."""
    lines = [line for line in complaints.splitlines() if line and not line[0].isspace()]
    return lines[-1] if lines else f"ended with status {code}"


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the process and all that it started, if any of it is still there."""
    if process.poll() is not None:
        return
    family = [*psutil.Process(process.pid).children(recursive=True), psutil.Process(process.pid)]
    for member in family:
        try:
            member.kill()
        except psutil.NoSuchProcess:
            continue
    process.wait()


class _Watch(threading.Thread):
    """Samples the memory of a family of processes until it is stopped."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._pid = pid
        self._done = threading.Event()
        self.peak_mib: float | None = None

    def run(self) -> None:
        while not self._done.wait(_SAMPLE_SECONDS):
            try:
                parent = psutil.Process(self._pid)
                children = parent.children(recursive=True)
            except psutil.NoSuchProcess:
                return
            if children:  # alone, the process tells its peak itself, and exactly
                total = sum(map(_mib, [parent, *children]))
                self.peak_mib = max(self.peak_mib or 0.0, total)

    def stop(self) -> None:
        """End the sampling."""
        self._done.set()
        self.join()


def _mib(process: psutil.Process) -> float:
    """The memory of a process, its share of what it shares with others; 0 if it is gone."""
    try:
        memory = process.memory_full_info()
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return 0.0
    return float(getattr(memory, "pss", memory.rss)) / 2**20
