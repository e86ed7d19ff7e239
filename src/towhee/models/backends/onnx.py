"""onnxruntime: models as ONNX files, without torch."""

from __future__ import annotations

import os
from typing import Any

import numpy as np
import numpy.typing as npt
import onnxruntime

from towhee.errors import WeightsError
from towhee.models.backends.base import Precision

GRAPH_ERRORS = (
    onnxruntime.capi.onnxruntime_pybind11_state.NoSuchFile,
    onnxruntime.capi.onnxruntime_pybind11_state.InvalidProtobuf,
    onnxruntime.capi.onnxruntime_pybind11_state.InvalidGraph,
    onnxruntime.capi.onnxruntime_pybind11_state.InvalidArgument,
    onnxruntime.capi.onnxruntime_pybind11_state.Fail,
    onnxruntime.capi.onnxruntime_pybind11_state.RuntimeException,
)
"""What onnxruntime raises for a graph that is damaged, or does not fit its inputs."""


class OnnxBackend:
    """A model in ONNX form on the CPU.

    Args:
        model: the file's content, or its path.
        name: what to call the model in an error.
        threads: how many one call may use.
        parallel: how many calls may be under way at once.
        precision: what the graph computes in; it is the file's own.

    Raises:
        WeightsError: if it is no ONNX model, or a damaged one.
    """

    name = "onnxruntime"

    def __init__(
        self,
        model: bytes | str | os.PathLike[str],
        *,
        name: str,
        threads: int = 1,
        parallel: int = 1,
        precision: Precision = "float32",
    ) -> None:
        self.threads, self.parallel, self.precision = threads, parallel, precision
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        options.intra_op_num_threads = threads
        # Threads that spin while they wait take the cores from those that decode.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        source: Any = model if isinstance(model, bytes) else os.fspath(model)
        try:
            self._session = onnxruntime.InferenceSession(
                source, options, providers=["CPUExecutionProvider"]
            )
        except GRAPH_ERRORS as error:
            raise WeightsError(f"{name} is no ONNX model, or a damaged one: {error}") from error
        declared = self._session.get_inputs()
        self._inputs = [each.name for each in declared]
        # Many files were written for one row a call, and others are refused.
        self._is_of_one_row = all(each.shape and each.shape[0] == 1 for each in declared)

    def __call__(self, *inputs: npt.NDArray[Any]) -> npt.NDArray[np.float32]:
        rows = len(inputs[0])
        if self._is_of_one_row and rows > 1:
            alone = [self._run(*(part[i : i + 1] for part in inputs)) for i in range(rows)]
            return np.concatenate(alone)
        return self._run(*inputs)

    def _run(self, *inputs: npt.NDArray[Any]) -> npt.NDArray[np.float32]:
        fed = dict(zip(self._inputs, inputs, strict=True))
        outputs: list[npt.NDArray[np.float32]] = self._session.run(None, fed)
        return outputs[0]
