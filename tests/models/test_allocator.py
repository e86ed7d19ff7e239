"""What glibc's allocator is told, seen in what it says of itself."""

from __future__ import annotations

import os
import platform
import subprocess
import sys

import pytest

THREADS = 12
SCRIPT = f"""
import ctypes, os, sys, threading
from towhee.models.allocator import arenas_bounded

if sys.argv[1] == "bounded":
    arenas_bounded(2)
libc = ctypes.CDLL(None)
libc.malloc.restype, libc.malloc.argtypes = ctypes.c_void_p, [ctypes.c_size_t]
libc.fdopen.restype, libc.fdopen.argtypes = ctypes.c_void_p, [ctypes.c_int, ctypes.c_char_p]
together = threading.Barrier({THREADS})

def work():
    together.wait()
    libc.malloc(4096)
    together.wait()

threads = [threading.Thread(target=work) for _ in range({THREADS})]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
file = libc.fdopen(os.dup(1), b"w")
libc.malloc_info(0, ctypes.c_void_p(file))
libc.fflush(ctypes.c_void_p(file))
"""


def arenas(how: str) -> int:
    plain = {name: value for name, value in os.environ.items() if not name.startswith("MALLOC_")}
    command = [sys.executable, "-c", SCRIPT, how]
    done = subprocess.run(command, env=plain, capture_output=True, text=True, check=True)
    return done.stdout.count("<heap nr=")


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another allocator than glibc's")
def test_threads_share_as_many_arenas_as_they_are_told() -> None:
    assert arenas("as it comes") > 2
    assert arenas("bounded") == 2
