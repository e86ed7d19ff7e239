"""What a contender is told to do, and how it reports.

Every contender is a script of its own, run by an interpreter of its own, which may be that of
another environment: this file needs the standard library and NumPy, and nothing of towhee.
"""

from __future__ import annotations

import gc
import json
import os
import resource
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

Embed = Callable[[list[str]], "npt.NDArray[np.float32]"]
"""From paths to vectors ``(n, d) float32``."""


@dataclass(frozen=True)
class Job:
    """One contender's task.

    Attributes:
        images: the JPEG files that are timed.
        warm_up: those that come first and are not.
        checkpoint: the folder with the weights as timm keeps them.
        onnx: the folder with the same network as ``model.onnx``.
        preprocess: ``side``, ``resized_side``, ``interpolation``, ``mean`` and ``std``.
        cores: how many processors there are to use.
        cpus: their numbers, where a run is bound to some; ``None`` for those it is given.
        device: where torch computes, ``"cpu"`` or ``"cuda"``.
        options: further arguments of the contender.
        vectors: the file that the vectors go to.
    """

    images: list[str]
    warm_up: list[str]
    checkpoint: str
    onnx: str
    preprocess: dict[str, Any]
    cores: int
    cpus: list[int] | None = None
    device: str = "cpu"
    options: dict[str, Any] = field(default_factory=dict)
    vectors: str | None = None

    @classmethod
    def read(cls, path: str) -> Job:
        """The job in a JSON file."""
        return cls(**json.loads(Path(path).read_text()))


def compete(
    make: Callable[[Job], Embed],
    packages: Sequence[str],
    remark: str | Callable[[Job], str] = "",
) -> None:
    """Do the job named on the command line: prepare, warm up, embed by the clock, report.

    Args:
        make: loads the model and gives a function from paths to ``(n, d) float32``.
        packages: what the figures depend on, for their versions.
        remark: what a reader of the table should know; a function is called after the run.
    """
    job = bound_job()
    embed = make(job)
    embed(job.warm_up)
    vectors, seconds = _timed(embed, job.images)
    said = remark if isinstance(remark, str) else remark(job)
    _report(job, vectors, seconds, packages, said)


def compete_by_difference(
    make: Callable[[Job], Embed], packages: Sequence[str], remark: str = ""
) -> None:
    """The same for an engine whose every run starts workers and loads the model again.

    The time is that of a run over the warm-up and the images, less that of a run over the
    warm-up alone (the mean of one in front of it and one behind), which is the start-up and the
    filling and draining of the stages.
    """
    job = bound_job()
    embed = make(job)
    embed(job.warm_up)  # reads the libraries from the disk, once
    _, before = _timed(embed, job.warm_up)
    vectors, whole = _timed(embed, [*job.warm_up, *job.images])
    _, behind = _timed(embed, job.warm_up)
    seconds = whole - (before + behind) / 2
    if seconds <= 0:
        raise RuntimeError("too few images to tell their time from that of the start-up")
    _report(job, vectors[len(job.warm_up) :], seconds, packages, remark)


def _timed(embed: Embed, images: list[str]) -> tuple[npt.NDArray[np.float32], float]:
    gc.collect()
    started = time.perf_counter()
    vectors = embed(images)
    return vectors, time.perf_counter() - started


def report(figures: dict[str, Any], packages: Sequence[str]) -> None:
    """Print a process's figures, with its peak memory and the versions of its packages."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    about = {"peak_mib": round(peak, 1), "versions": {name: version(name) for name in packages}}
    print(json.dumps({**figures, **about}), flush=True)


def resident_mib(*, trim: bool) -> float:
    """The memory that this process holds, without what its allocator keeps for later if asked so.

    What glibc keeps depends on the order of calls, and hides a leak as well as it looks like one.
    """
    import ctypes

    import psutil

    if trim and sys.platform == "linux":
        getattr(ctypes.CDLL(None), "malloc_trim", lambda pad: 0)(0)
    return float(psutil.Process().memory_info().rss) / 2**20


def bound_job() -> Job:
    """The job named on the command line, with this process bound to its processors."""
    job = Job.read(sys.argv[1])
    if job.cpus is not None:
        os.sched_setaffinity(0, job.cpus)
    return job


def _report(
    job: Job,
    vectors: npt.NDArray[np.float32],
    seconds: float,
    packages: Sequence[str],
    remark: str,
) -> None:
    import numpy as np

    if len(vectors) != len(job.images):
        raise RuntimeError(f"{len(vectors)} vectors for {len(job.images)} images")
    report({"images": len(job.images), "seconds": seconds, "remark": remark}, packages)
    if job.vectors is not None:
        np.save(job.vectors, np.asarray(vectors, np.float32))
