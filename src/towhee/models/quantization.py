"""Models in int8: weights and activations of the heavy layers as 8-bit integers."""

from __future__ import annotations

import hashlib
import logging
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from towhee.errors import MissingExtraError
from towhee.models.network import Batch, Graph
from towhee.models.onnx_cache import keep_export, kept_export

_HEAVY = ("Conv", "Gemm", "MatMul")


def quantized(network: Graph) -> bytes:
    """The model as ONNX with its heavy layers in int8, calibrated on the network's own inputs.

    Weights are scaled by channel, activations by tensor, both found on real inputs; the rest of
    the graph stays in float32. How well it agrees with the model is for the caller to measure.

    Raises:
        MissingExtraError: if the packages that write ONNX are not installed.
        WeightsError: if the model cannot be had as ONNX.

    Source: https://onnxruntime.ai/docs/performance/model-optimizations/quantization.html
    """
    inputs = network.calibration()
    key = _key(network, inputs)
    content = kept_export(key) if key else None
    if content is None:
        content = _quantized(network.onnx(), inputs)
        if key:
            keep_export(key, content)
    return content


def digest_of_inputs(inputs: Sequence[Batch]) -> str:
    """Calibration inputs as one digest."""
    digest = hashlib.sha256()
    for batch in inputs:
        for part in batch:
            digest.update(str((part.shape, part.dtype)).encode())
            digest.update(part.tobytes())
    return digest.hexdigest()


def _key(network: Graph, inputs: Sequence[Batch]) -> str | None:
    if network.key is None:
        return None
    parts = f"int8 {network.key} {digest_of_inputs(inputs)}"
    return hashlib.sha256(parts.encode()).hexdigest()[:32]


def _quantized(content: bytes, inputs: Sequence[Batch]) -> bytes:
    try:
        import onnx  # noqa: F401 (onnxruntime's tools need it, and say so less clearly)
        from onnxruntime import quantization
    except ModuleNotFoundError as error:
        raise MissingExtraError('precision="int8"', "export") from error
    with tempfile.TemporaryDirectory() as folder, _quiet():
        source, target = Path(folder, "float.onnx"), Path(folder, "int8.onnx")
        source.write_bytes(content)
        quantization.quantize_static(
            source,
            target,
            _reader(content, inputs),
            quant_format=quantization.QuantFormat.QDQ,
            op_types_to_quantize=list(_HEAVY),
            per_channel=True,
            activation_type=quantization.QuantType.QUInt8,
            weight_type=quantization.QuantType.QInt8,
        )
        return target.read_bytes()


# Any: its base class is known only once onnxruntime's tools are imported.
def _reader(content: bytes, inputs: Sequence[Batch]) -> Any:
    from onnx import load_from_string
    from onnxruntime.quantization import CalibrationDataReader

    names = [declared.name for declared in load_from_string(content).graph.input]

    class Reader(CalibrationDataReader):  # type: ignore[misc]
        def __init__(self) -> None:
            self._batches = iter(inputs)

        def get_next(self) -> dict[str, Any] | None:
            batch = next(self._batches, None)
            return None if batch is None else dict(zip(names, batch, strict=True))

    return Reader()


@contextmanager
def _quiet() -> Iterator[None]:
    """Without the advice of onnxruntime's tools, which is about graphs made by hand."""
    log = logging.getLogger()
    level = log.level
    log.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        log.setLevel(level)
