"""What this machine is."""

from __future__ import annotations

import math
import os
from functools import cache
from pathlib import Path

_QUOTA = Path("/sys/fs/cgroup/cpu.max")
_given: int | None = None


def cores() -> int:
    """How many processors this process may use: its affinity, or a container's quota if less."""
    affinity = getattr(os, "sched_getaffinity", None)
    allowed = len(affinity(0)) if affinity is not None else os.cpu_count() or 1
    return min(allowed, _quota() or allowed, _given or allowed)


def use_cores(count: int) -> None:
    """Let this process use so many processors at most: what a scheduler gave to it."""
    global _given
    _given = count


@cache
def _quota() -> int | None:
    """The processors that a container is given, rounded up; ``None`` without a limit."""
    try:
        quota, period = _QUOTA.read_text().split()
        return max(1, math.ceil(int(quota) / int(period)))
    except (OSError, ValueError):  # no such file, or "max"
        return None
