"""onnxruntime: models as ONNX files, without torch."""

from __future__ import annotations

import os
from typing import Any

import numpy as np
import numpy.typing as npt
import onnxruntime

from towhee.errors import WeightsError

_DAMAGED = (
    onnxruntime.capi.onnxruntime_pybind11_state.NoSuchFile,
    onnxruntime.capi.onnxruntime_pybind11_state.InvalidProtobuf,
    onnxruntime.capi.onnxruntime_pybind11_state.InvalidGraph,
    onnxruntime.capi.onnxruntime_pybind11_state.InvalidArgument,
    onnxruntime.capi.onnxruntime_pybind11_state.Fail,
    onnxruntime.capi.onnxruntime_pybind11_state.RuntimeException,
)


class OnnxBackend:
    """A model in ONNX form on the CPU, in float32.

    It may be called from several threads at once.

    Args:
        model: the file's content, or its path.
        name: what to call the model in an error.
        threads: how many it may use; all cores if not given.

    Raises:
        WeightsError: if it is no ONNX model, or a damaged one.
    """

    name = "onnxruntime"
    precision = "float32"

    def __init__(
        self, model: bytes | str | os.PathLike[str], *, name: str, threads: int | None = None
    ) -> None:
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        options.intra_op_num_threads = threads or 0
        # Threads that spin while they wait take the cores from those that decode.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        source: Any = model if isinstance(model, bytes) else os.fspath(model)
        try:
            self._session = onnxruntime.InferenceSession(
                source, options, providers=["CPUExecutionProvider"]
            )
        except _DAMAGED as error:
            raise WeightsError(f"{name} is no ONNX model, or a damaged one: {error}") from error
        self._input = self._session.get_inputs()[0].name

    def __call__(self, batch: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        outputs: list[npt.NDArray[np.float32]] = self._session.run(None, {self._input: batch})
        return outputs[0]
