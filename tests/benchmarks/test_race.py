"""A contender that cannot run costs the others nothing, and the table says why."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from harness.processes import finished
from harness.race import Contender, race, worst_cosine


def test_a_contender_that_fails_is_told_with_its_own_last_words(
    checkpoint: Path, tmp_path: Path
) -> None:
    contender = Contender("chain", "towhee_chain.py", options={"precision": "float31"})
    job = {
        "images": ["absent.jpg"],
        "warm_up": ["absent.jpg"],
        "checkpoint": str(checkpoint),
        "onnx": "",
        "preprocess": {},
        "cores": 1,
    }
    standing = race([contender], job, tmp_path, rounds=2)["chain"]
    assert standing.rate is None
    assert standing.error is not None
    assert "precision is one of" in standing.error
    assert standing.reports == []


def test_a_contender_without_an_environment_is_not_run(tmp_path: Path) -> None:
    standing = race([Contender("peer", "ray_data.py", None)], {}, tmp_path, rounds=1)["peer"]
    assert standing.error is not None
    assert "not installed" in standing.error


def test_the_worst_cosine_is_that_of_the_vector_that_differs_most() -> None:
    reference = np.array([[2.0, 0.0], [0.0, 3.0]], np.float32)
    vectors = np.array([[1.0, 0.0], [3.0, 4.0]], np.float32)
    assert worst_cosine(vectors, reference) == pytest.approx(0.8)


def test_memory_of_a_family_counts_the_children() -> None:
    held = 64 * 2**20
    child = f"held = b'x' * {held}; print(len(held), flush=True); input()"
    program = (
        "import subprocess, sys, time\n"
        f"child = subprocess.Popen([sys.executable, '-c', {child!r}],\n"
        "    stdin=subprocess.PIPE, stdout=subprocess.PIPE)\n"
        "child.stdout.readline()\n"
        "time.sleep(1.5)  # three samples of the watch\n"
        "child.communicate(b'\\n')\n"
        "print('{}')\n"
    )
    done = finished([sys.executable, "-c", program], timeout=60)
    assert done.report == {}
    assert done.tree_peak_mib is not None
    assert done.tree_peak_mib > held / 2**20


def test_a_process_that_takes_too_long_is_ended_with_its_children() -> None:
    waits = "import time; time.sleep(60)"
    program = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {waits!r}])"
    done = finished([sys.executable, "-c", program], timeout=1)
    assert done.report is None
    assert done.error == "not done within 1 s"


def test_a_process_that_reports_nothing_is_told_as_such() -> None:
    done = finished([sys.executable, "-c", "pass"], timeout=60)
    assert (done.report, done.error) == (None, "it reported nothing")
