"""What the operators share whose model of faces is an ONNX file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from towhee.errors import WeightsError, one_line
from towhee.models.backends import Backend
from towhee.models.candidates import Candidate
from towhee.models.faces.face_input import FaceInput
from towhee.models.faces.onnx_face_graph import OnnxFaceGraph
from towhee.models.machine import cores
from towhee.models.onnx_file import OnnxFile
from towhee.models.runner import Runner
from towhee.models.vectors import unit_length
from towhee.operators.base import ModelOperator, Streams
from towhee.operators.image_embedding.pixels import as_image, image_content
from towhee.types import Image

Vector = npt.NDArray[np.float32]
_BATCH_SIZE = 4  # beyond which a core gains nothing


class OnnxFaceEmbedding(ModelOperator[Image, Vector]):
    """Vectors of aligned faces, with onnxruntime on the CPU.

    Args:
        file: the model.
        takes: what it takes.
        normalize: whether vectors have unit length.

    Attributes:
        threads: how many of the CPU the model may use, set before ``setup``; all cores if ``None``.
    """

    threads: int | None = None

    def __init__(self, file: OnnxFile, takes: FaceInput, *, normalize: bool) -> None:
        self._file, self._takes, self._normalize = file, takes, normalize
        self._runner: Runner | None = None
        self._dimension = file.known.dimension

    @property
    def dimension(self) -> int:
        """The length of the vectors; a listed model's is known, others are asked."""
        if self._dimension is None:
            black = np.zeros((self._takes.size, self._takes.size, 3), np.uint8)
            self._dimension = self._vectors(self.running.alone(), [black]).shape[1]
        return self._dimension

    def setup(self) -> None:
        """Find the file, in its place, the cache or on the Hub."""
        graph = OnnxFaceGraph(self._file, self._takes)
        threads = self.threads or cores()
        self._runner = Runner(graph, Candidate("onnxruntime"), threads=threads)

    @property
    def running(self) -> Runner:
        """The model with the way in which it runs."""
        self.ensure_setup()
        assert self._runner is not None
        return self._runner

    def load(self) -> None:
        """Load the weights in the form that single calls need."""
        self.running.alone()

    def fingerprint(self) -> str | None:
        """Weights, preprocessing, backend and precision."""
        return self.running.fingerprint

    def content(self, value: Any) -> Any:
        """The pixels of a PIL image; anything else as it is."""
        return image_content(value)

    def prepare(self, value: Any) -> npt.NDArray[np.uint8]:
        """What the model takes: ``(side, side, 3) uint8``.

        Raises:
            DataError: for what is no image, and for one without pixels.
        """
        return self._takes.pixels(as_image(value))

    def streams(self) -> Streams:
        """The model for an engine: a call for each core."""
        backend = self.running.streaming()
        return Streams(
            lambda pixels: self._vectors(backend, pixels),
            parallel=backend.parallel,
            threads=backend.threads,
            batch_size=_BATCH_SIZE,
        )

    def forward(self, prepared: Sequence[Any]) -> npt.NDArray[np.float32]:
        """Vectors ``(n, d) float32``."""
        if not len(prepared):
            return np.empty((0, self.dimension), np.float32)
        return self._vectors(self.running.alone(), prepared)

    def _vectors(self, backend: Backend, pixels: Sequence[Any]) -> npt.NDArray[np.float32]:
        from towhee.models.backends.onnx import GRAPH_ERRORS

        values = self._takes.values(pixels)
        try:
            vectors = backend(values)
        except (*GRAPH_ERRORS, ValueError) as error:
            reason = one_line(error)
            raise WeightsError(
                f"{self._file.name} takes no faces (n, 3, {self._takes.size}, {self._takes.size}) "
                f"float32: {reason}"
            ) from error
        if vectors.ndim != 2 or len(vectors) != len(values):
            raise WeightsError(
                f"{self._file.name} gives {vectors.shape} for {len(values)} faces, and no vectors"
            )
        return unit_length(vectors) if self._normalize else vectors
