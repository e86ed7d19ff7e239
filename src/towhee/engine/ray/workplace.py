"""Whether this process is a worker of a cluster, which carries out plans itself."""

from __future__ import annotations

_is_worker = False


def become_worker() -> None:
    """Note that this process is a worker: what it runs for a row asks for no further workers."""
    global _is_worker
    _is_worker = True


def is_worker() -> bool:
    """Whether it is one."""
    return _is_worker
