"""Models in int8: weights and activations of the heavy layers as 8-bit integers."""

from __future__ import annotations

import hashlib
import logging
import tempfile
import warnings
import weakref
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from towhee.errors import MissingExtraError
from towhee.models.backends.onnx import OnnxBackend
from towhee.models.fidelity import worst_cosine
from towhee.models.network import Batch, Graph
from towhee.models.onnx_cache import keep_export, kept_export

logger = logging.getLogger(__name__)

FLOAT_LAYERS = (0, 2, 4, 8)
"""How many of the layers that suffer most are left in float32, in the order of trying."""

_HEAVY = ("Conv", "Gemm", "MatMul")
_ACTIVATIONS = ("Clip", "Relu")  # their bounds are those of the integers that stand in front
_FOLLOWERS = (*_ACTIVATIONS, "Add")
_SENSITIVITY_INPUTS = 8


def digest_of_inputs(inputs: Sequence[Batch]) -> str:
    """Calibration inputs as one digest."""
    digest = hashlib.sha256()
    for batch in inputs:
        for part in batch:
            digest.update(str((part.shape, part.dtype)).encode())
            digest.update(part.tobytes())
    return digest.hexdigest()


def quantized(network: Graph, float_layers: int = 0) -> bytes:
    """The model as ONNX with its heavy layers in int8, calibrated on the network's own inputs.

    Weights are scaled by channel, activations by tensor, both found on real inputs; the rest of
    the graph stays in float32. How well it agrees with the model is for the caller to measure.

    Args:
        network: the model.
        float_layers: how many layers stay in float32: those whose rounding turns vectors most.

    Raises:
        MissingExtraError: if the packages that write ONNX are not installed.
        WeightsError: if the model cannot be had as ONNX.

    Source: https://onnxruntime.ai/docs/performance/model-optimizations/quantization.html
    """
    key = _key(network, float_layers)
    content = kept_export(key) if key else None
    if content is None:
        if network not in _quantizers:
            _quantizers[network] = _Quantizer(network.onnx(), network.calibration())
        content = _quantizers[network].graph(float_layers)
        if key:
            keep_export(key, content)
    return content


def _key(network: Graph, float_layers: int) -> str | None:
    if network.key is None:
        return None
    parts = f"int8 {network.key} {digest_of_inputs(network.calibration())} {float_layers}"
    return hashlib.sha256(parts.encode()).hexdigest()[:32]


class _Quantizer:
    """Makes int8 graphs of one model, calibrated once.

    Args:
        content: the model in ONNX form.
        inputs: those on which it is calibrated, each a batch of one row.
    """

    def __init__(self, content: bytes, inputs: Sequence[Batch]) -> None:
        try:
            import onnx  # onnxruntime's tools need it, and say so less clearly
        except ModuleNotFoundError as error:
            raise MissingExtraError('precision="int8"', "export") from error
        self._content, self._inputs = content, inputs
        self._graph = onnx.load_from_string(content).graph

    def graph(self, float_layers: int) -> bytes:
        """The model with all heavy layers but some in int8."""
        kept = self._by_sensitivity[:float_layers] if float_layers else []
        return self._without([node for layer in kept for node in layer])

    @cached_property
    def _by_sensitivity(self) -> list[tuple[str, ...]]:
        """The layers, that one first which alone in int8 turns the vectors most."""
        logger.info("looking for the layers that suffer from int8, for up to a minute")
        every = {node for layer in self._layers for node in layer}
        inputs = self._inputs[:_SENSITIVITY_INPUTS]
        expected = _vectors(self._content, inputs)
        cosines = {
            layer: worst_cosine(_vectors(self._without(every - set(layer)), inputs), expected)
            for layer in self._layers
        }
        return sorted(cosines, key=lambda layer: cosines[layer])

    @cached_property
    def _layers(self) -> list[tuple[str, ...]]:
        """Each heavy node with what follows it alone, by the names of the nodes."""
        readers: dict[str, list[Any]] = {}
        for node in self._graph.node:
            for name in node.input:
                readers.setdefault(name, []).append(node)
        layers = []
        for node in self._graph.node:
            if node.op_type in _HEAVY:
                names, after = [node.name], readers.get(node.output[0], [])
                while len(after) == 1 and after[0].op_type in _FOLLOWERS:
                    names.append(after[0].name)
                    after = readers.get(after[0].output[0], [])
                layers.append(tuple(names))
        return layers

    @cached_property
    def _ranges(self) -> Any:
        """Of every tensor in front of or behind a heavy layer, the least and greatest value."""
        from onnxruntime.quantization.calibrate import create_calibrator

        with tempfile.TemporaryDirectory() as folder, _quiet():
            source = Path(folder, "float.onnx")
            source.write_bytes(self._content)
            calibrator = create_calibrator(
                source, [*_HEAVY, *_ACTIVATIONS], str(Path(folder, "observed.onnx"))
            )
            names = [declared.name for declared in self._graph.input]
            calibrator.collect_data(_reader(names, self._inputs))
            return calibrator.compute_data()

    def _without(self, excluded: Sequence[str] | set[str]) -> bytes:
        """The model in int8 but for the nodes of these names."""
        from onnxruntime.quantization import QuantType
        from onnxruntime.quantization.qdq_quantizer import QDQQuantizer
        from onnxruntime.quantization.quant_utils import load_model_with_shape_infer

        with tempfile.TemporaryDirectory() as folder, _quiet():
            source = Path(folder, "float.onnx")
            source.write_bytes(self._content)
            quantizer = QDQQuantizer(
                load_model_with_shape_infer(source),
                per_channel=True,
                reduce_range=False,
                weight_qType=QuantType.QInt8,
                activation_qType=QuantType.QUInt8,
                tensors_range=self._ranges,
                nodes_to_quantize=[],
                nodes_to_exclude=sorted(excluded),
                op_types_to_quantize=[*_HEAVY, *_ACTIVATIONS],
                extra_options={},
            )
            quantizer.quantize_model()
        content: bytes = quantizer.model.model.SerializeToString()
        return content


_quantizers: weakref.WeakKeyDictionary[Graph, _Quantizer] = weakref.WeakKeyDictionary()
"""As long as a network lives, what was found out about it: calibration takes seconds."""


def _vectors(content: bytes, inputs: Sequence[Batch]) -> Any:
    run = OnnxBackend(content, name="the model in int8", threads=1)
    return np.concatenate([run(*batch) for batch in inputs])


# Any: its base class is known only once onnxruntime's tools are imported.
def _reader(names: Sequence[str], inputs: Sequence[Batch]) -> Any:
    from onnxruntime.quantization import CalibrationDataReader

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
