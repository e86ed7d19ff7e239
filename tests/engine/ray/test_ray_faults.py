"""A worker that dies costs nothing but its work."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from towhee import dc
from towhee.operators.base import ModelOperator

pytestmark = pytest.mark.usefixtures("sent_by_value")

ROWS = 3000


def told(value: int) -> tuple[int, int]:
    return value, os.getpid()


class Told(ModelOperator[int, Any]):
    """A model that tells which process it is in."""

    def prepare(self, value: int) -> int:
        return value

    def forward(self, prepared: Sequence[int]) -> Sequence[Any]:
        return [told(value) for value in prepared]


@pytest.mark.parametrize("work", [told, Told()], ids=["task", "actor"])
def test_a_job_whose_worker_is_killed_ends_and_gives_each_row_once(
    work: Callable[[int], Any],
) -> None:
    rows = iter(dc(range(ROWS)).map(work).set_engine("ray", num_worker=1))
    first = [next(rows) for _ in range(20)]
    victim = first[-1][1]
    os.kill(victim, signal.SIGKILL)
    together = first + list(rows)
    assert [value for value, _ in together] == list(range(ROWS))
    assert {process for _, process in together[-20:]} - {victim}, "another one went on"


def test_a_job_whose_reader_is_killed_ends_and_gives_each_row_once(cluster: Any) -> None:
    """The reader hands the caller's rows on; the next one begins anew."""
    import psutil

    rows = iter(dc(iter(range(ROWS))).map(told).set_engine("ray", num_worker=1))
    first = [next(rows) for _ in range(20)]
    readers = [
        process
        for process in psutil.process_iter(["name", "cmdline"])
        if any("ReadRows" in part for part in process.info["cmdline"] or ())
    ]
    assert readers
    for process in readers:
        process.kill()
    together = first + list(rows)
    assert [value for value, _ in together] == list(range(ROWS))
