"""A model that runs in one way: for a single call, or for an engine that makes many."""

from __future__ import annotations

import importlib
import json
import threading
from typing import cast

from towhee.models.backends.base import Backend
from towhee.models.candidates import OF_TORCH, Candidate
from towhee.models.network import Graph, Network


class Runner:
    """Loads a model into its backend when it is first needed, for each use in the best form.

    One call alone is quickest when all cores share its work. Many calls are quickest when each
    has a core to itself, as no core then waits for another.

    Args:
        network: the model.
        candidate: the backend and its precision.
        device: for torch.
        threads: the cores that it may use.
    """

    def __init__(
        self, network: Graph, candidate: Candidate, *, device: str = "cpu", threads: int
    ) -> None:
        self.candidate = candidate
        self._network = network
        self._device = device
        self._threads = threads
        self._opened: dict[bool, Backend] = {}
        self._key: str | None = None
        self._lock = threading.Lock()

    @property
    def fingerprint(self) -> str | None:
        """What the vectors depend on, as a text; ``None`` for random weights.

        Weights, layer and preprocessing, the backend and its precision, the device, and what
        int8 was calibrated on.
        """
        self._key = self._key or self._network.key
        if self._key is None:
            return None
        parts = [self._key, str(self.candidate), self._device]
        if self.candidate.precision == "int8":
            from towhee.models.quantization import digest_of_inputs

            parts.append(digest_of_inputs(self._network.calibration()))
        package = "torch" if self.candidate.backend in OF_TORCH else self.candidate.backend
        return json.dumps([*parts, str(importlib.import_module(package).__version__)])

    def alone(self) -> Backend:
        """The model for one call at a time."""
        return self._open(streaming=False)

    def streaming(self) -> Backend:
        """The model for as many calls at once as its ``parallel`` says."""
        return self._open(streaming=True)

    def _open(self, *, streaming: bool) -> Backend:
        with self._lock:
            if streaming not in self._opened:
                if self.candidate.backend in OF_TORCH:  # its threads are those of the process
                    self._opened = dict.fromkeys((True, False), self._load(self._threads, 1))
                else:
                    threads, parallel = (1, self._threads) if streaming else (self._threads, 1)
                    self._opened[streaming] = self._load(threads, parallel)
            return self._opened[streaming]

    def _load(self, threads: int, parallel: int) -> Backend:
        self._key = self._network.key  # of the weights that are read now; the file may not stay
        backend, precision = self.candidate.backend, self.candidate.precision
        if backend in OF_TORCH:
            from towhee.models.backends.torch_eager import TorchBackend

            network = cast(Network, self._network)  # whoever asks for torch has a torch module
            return TorchBackend(
                network.module(),
                device=self._device,
                precision=precision,
                threads=threads,
                compiled=backend == "torch_compile",
            )
        name = self._network.name
        if backend == "onnxruntime":
            from towhee.models.backends.onnx import OnnxBackend

            graph = _graph(self._network, self.candidate)
            return OnnxBackend(
                graph, name=name, threads=threads, parallel=parallel, precision=precision
            )
        from towhee.models.backends.openvino import OpenVinoBackend

        graph = _graph(self._network, self.candidate)
        return OpenVinoBackend(
            graph, name=name, threads=threads, parallel=parallel, precision=precision
        )


def _graph(network: Graph, candidate: Candidate) -> bytes:
    if candidate.precision != "int8":
        return network.onnx()
    from towhee.models.quantization import quantized

    return quantized(network, candidate.float_layers)
