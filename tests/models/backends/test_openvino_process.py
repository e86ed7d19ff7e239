"""What OpenVINO does to the process it is in."""

from __future__ import annotations

import subprocess
import sys

import pytest

ASK_AT_ONCE = """
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
        subprocess.run([sys.executable, "-c", ASK_AT_ONCE], check=True, timeout=60)


CTRL_C = """
import signal, sys, threading
from onnx import TensorProto, helper
from towhee.models.backends.openvino import OpenVinoBackend
ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1]) for name in "xy"]
graph = helper.make_graph([helper.make_node("Relu", ["x"], ["y"])], "relu", ends[:1], ends[1:])
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
made = [OpenVinoBackend(model.SerializeToString(), name="relu")]
thread = threading.Thread(target=made.clear)
thread.start()
thread.join()
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell in the background ignores it
try:
    signal.raise_signal(signal.SIGINT)
except KeyboardInterrupt:
    print("interrupted")
"""


def test_ctrl_c_interrupts_where_another_thread_let_the_model_go() -> None:
    pytest.importorskip("openvino", reason="needs the extra openvino")
    pytest.importorskip("onnx", reason="makes a model with onnx")
    done = subprocess.run(
        [sys.executable, "-c", CTRL_C], capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stdout) == (0, "interrupted\n"), done.stderr
