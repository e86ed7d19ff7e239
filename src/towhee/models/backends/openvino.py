"""OpenVINO: models as ONNX files, compiled for Intel's and AMD's processors."""

from __future__ import annotations

import os
import queue
import threading
from typing import Any

import numpy as np
import numpy.typing as npt

from towhee.errors import MissingExtraError, UsageError, WeightsError
from towhee.models.backends.base import Precision

_first_use = threading.Lock()
_kept: Any = None
_KEPT_KERNELS = 512
"""What is kept for shapes of inputs that were met before, a megabyte or two for two of them.

OpenVINO's own 5000 are several gigabytes where texts have every length; this is twice what lengths
in steps (``models/text/few_lengths.py``) ask for.
"""
_HINTS = {"float32": "f32", "bfloat16": "bf16", "float16": "f16", "int8": "f32"}
"""The precision of what is not quantised; a graph in int8 says itself which layers are."""


class OpenVinoBackend:
    """A model in ONNX form, compiled by OpenVINO for the CPU.

    The precision is always set: left to itself, OpenVINO takes bfloat16 where the CPU has it.

    Args:
        model: the file's content, or its path.
        name: what to call the model in an error.
        threads: how many one call may use.
        parallel: how many calls may be under way at once.
        precision: the arithmetic; ``"int8"`` is for graphs that are quantised.

    Raises:
        MissingExtraError: if OpenVINO is not installed.
        UsageError: for a precision that this CPU does not compute in.
        WeightsError: if it is no ONNX model, or a damaged one.

    Source: https://docs.openvino.ai, "High-level Performance Hints" and "Precision Control"
    """

    name = "openvino"

    def __init__(
        self,
        model: bytes | str | os.PathLike[str],
        *,
        name: str,
        threads: int = 1,
        parallel: int = 1,
        precision: Precision = "float32",
    ) -> None:
        openvino = import_openvino()
        if precision not in ("float32", "int8") and precision not in native_precisions():
            raise UsageError(f'precision="{precision}": this CPU does not compute in it')
        self.threads, self.parallel, self.precision = threads, parallel, precision
        settings = {
            "NUM_STREAMS": str(parallel),
            "INFERENCE_NUM_THREADS": threads * parallel,
            "INFERENCE_PRECISION_HINT": _HINTS[precision],
            "PERFORMANCE_HINT": "THROUGHPUT" if parallel > 1 else "LATENCY",
            "ENABLE_CPU_PINNING": False,  # other threads decode on the same cores
            "CPU_RUNTIME_CACHE_CAPACITY": _KEPT_KERNELS,
        }
        core = kept_core(openvino)
        try:
            graph = core.read_model(model if isinstance(model, bytes) else os.fspath(model))
            self._compiled = core.compile_model(graph, "CPU", settings)
        except RuntimeError as error:
            reason = str(error).strip().splitlines()[-1]
            raise WeightsError(f"{name} is no ONNX model, or a damaged one: {reason}") from error
        self._idle: queue.SimpleQueue[Any] = queue.SimpleQueue()
        for _ in range(parallel):
            self._idle.put(self._compiled.create_infer_request())

    def __call__(self, *inputs: npt.NDArray[Any]) -> npt.NDArray[np.float32]:
        request = self._idle.get()
        try:
            # Shared: a request that is not asynchronous has read its inputs when it returns, and
            # a graph writes only into tensors of its own.
            outputs = request.infer(
                [np.ascontiguousarray(part) for part in inputs], share_inputs=True
            )
            result: npt.NDArray[np.float32] = outputs[0]
            return result
        finally:
            self._idle.put(request)


def import_openvino() -> Any:
    """The openvino module.

    Raises:
        MissingExtraError: if it is not installed.
    """
    try:
        import openvino
    except ModuleNotFoundError as error:
        raise MissingExtraError('backend="openvino"', "openvino") from error
    with _first_use:
        # It makes its table of types when one is first asked for. Two threads that ask at once
        # would wait for each other for ever: one for the table, with the interpreter's lock in its
        # hand, the other for that lock.
        openvino.Type.f32.to_dtype()
    return openvino


def kept_core(openvino: Any) -> Any:
    """The one core of this process, which is never let go.

    A core gives the thread that makes it a stack for signals, and frees the memory of that stack
    in whatever thread it ends. Python handles Ctrl-C on such a stack: where a model was made by the
    main thread and let go by another, Ctrl-C would end the process with a segmentation fault.
    """
    global _kept
    with _first_use:
        if _kept is None:
            _kept = openvino.Core()
        return _kept


def native_precisions() -> tuple[Precision, ...]:
    """The lower precisions that this CPU computes in, and does not merely imitate.

    Raises:
        MissingExtraError: if OpenVINO is not installed.
    """
    found = kept_core(import_openvino()).get_property("CPU", "OPTIMIZATION_CAPABILITIES")
    known: dict[str, Precision] = {"BF16": "bfloat16", "FP16": "float16"}
    return tuple(precision for name, precision in known.items() if name in found)
