"""glibc's allocator, told what a training and a server need of it."""

from __future__ import annotations

import ctypes
import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager

_TRIM_THRESHOLD, _MMAP_THRESHOLD, _MMAP_MAX, _ARENA_MAX = -1, -3, -4, -8
"""Numbers of what ``mallopt`` sets, in ``malloc.h``."""

_NEVER = -1
_MOST_MAPPINGS = 65536
_MOST_DYNAMIC_THRESHOLD = 32 * 2**20
"""glibc's defaults; the threshold moves by itself up to this one, until one is set."""


@contextmanager
def large_blocks_kept() -> Iterator[None]:
    """Within it, freed memory stays with the process; behind it, it goes back.

    The outputs of a network's layers are blocks of up to hundreds of MiB. glibc asks the kernel for
    each and gives it back a moment later, and the kernel clears each page anew: a fourth of the
    processor time of a training, where pages come from a virtual machine's host. The price is a
    peak that is up to a third higher, as what lies between blocks is kept too.

    It changes nothing where the allocator is another, or was told something by the user.
    """
    libc = _glibc()
    if libc is None:
        yield
        return
    libc.mallopt(_MMAP_MAX, 0)
    libc.mallopt(_TRIM_THRESHOLD, _NEVER)
    try:
        yield
    finally:
        libc.mallopt(_MMAP_MAX, _MOST_MAPPINGS)
        libc.mallopt(_MMAP_THRESHOLD, _MOST_DYNAMIC_THRESHOLD)
        libc.mallopt(_TRIM_THRESHOLD, 2 * _MOST_DYNAMIC_THRESHOLD)
        libc.malloc_trim(0)


def arenas_bounded(most: int) -> None:
    """Let the threads that begin from now on share so many arenas.

    Each arena keeps what was ever taken from it at one time. glibc has eight for each processor,
    and a server, whose every batch begins threads, comes to fill one after the other.

    It changes nothing where the allocator is another, or was told something by the user.
    """
    libc = _glibc()
    if libc is not None:
        libc.mallopt(_ARENA_MAX, most)


def _glibc() -> ctypes.CDLL | None:
    """The C library, if it is glibc and its allocator is as it comes."""
    if platform.libc_ver()[0] != "glibc":
        return None
    told = ("GLIBC_TUNABLES", "LD_PRELOAD")
    if any(name in told or name.startswith("MALLOC_") for name in os.environ):
        return None
    return ctypes.CDLL(None)
