"""Threads that use OpenVINO for the first time at once do not wait for each other for ever."""

from __future__ import annotations

import subprocess
import sys

SCRIPT = """
import sys, threading
from towhee.models.backends.openvino import import_openvino
openvino = import_openvino()
sys.setswitchinterval(1e-6)
start = threading.Barrier(3)
def ask():
    start.wait()
    openvino.Type.u8.to_dtype()
threads = [threading.Thread(target=ask, daemon=True) for _ in range(3)]
for thread in threads: thread.start()
for thread in threads: thread.join()
"""


def test_threads_that_ask_for_a_type_at_once_all_get_it() -> None:
    for _ in range(3):  # nine of ten such processes stood still
        subprocess.run([sys.executable, "-c", SCRIPT], check=True, timeout=60)
