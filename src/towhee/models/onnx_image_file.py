"""An ONNX file of anyone's that makes vectors of images: what it takes, and running it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnxruntime

from towhee.errors import UsageError, WeightsError, one_line
from towhee.models.backends.onnx import GRAPH_ERRORS
from towhee.models.file_digest import file_sha256_once
from towhee.models.preprocess import Pixels, Preprocess
from towhee.models.vectors import Floats

_DTYPES: dict[str, np.dtype[Any]] = {
    "tensor(float)": np.dtype(np.float32),
    "tensor(float16)": np.dtype(np.float16),
    "tensor(uint8)": np.dtype(np.uint8),
}


class OnnxImageFile:
    """A model in an ONNX file, on the CPU.

    It has one input, normalised ``float32`` or ``float16`` numbers, or ``uint8`` pixels that it
    normalises itself, with the channels in front (NCHW) or behind (NHWC).

    Args:
        path: of the file.
        output: the name of the output to take; ``None`` for the only one, or the only one of two
            axes.
        threads: how many one call may use.

    Attributes:
        size: ``(height, width)`` of the images that it takes, ``None`` if it takes any.
        dimension: the length of its vectors, ``None`` if the file does not state it.

    Raises:
        WeightsError: if there is no such file, it is damaged, or no model of images.
        UsageError: if it has no such output, or several that could be meant.
    """

    def __init__(self, path: Path, *, output: str | None, threads: int) -> None:
        self._path = path
        if not path.is_file():
            raise WeightsError(f"there is no file {str(path)!r}")
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        options.intra_op_num_threads = threads
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        try:
            self._session = onnxruntime.InferenceSession(
                str(path), options, providers=["CPUExecutionProvider"]
            )
        except GRAPH_ERRORS as error:
            reason = one_line(error)
            raise WeightsError(
                f"{str(path)!r} is no ONNX model, or a damaged one: {reason}"
            ) from error
        self._input, shape, self._dtype = self._only_input()
        self._channels_last = shape[1] != 3 and shape[3] == 3
        height, width = shape[1:3] if self._channels_last else shape[2:4]
        is_fixed = isinstance(height, int) and isinstance(width, int)
        self.size: tuple[int, int] | None = (height, width) if is_fixed else None
        self._batch: int | None = shape[0] if isinstance(shape[0], int) else None
        self._output, self.dimension = self._chosen_output(output)

    def digest(self) -> str:
        """What stands for the file, and for the weights beside it that it may be split into."""
        parts = sorted(self._path.parent.glob(f"{self._path.name}*"))
        digests = [file_sha256_once(part) for part in parts if part.is_file()]
        return hashlib.sha256("".join([*digests, self._output]).encode()).hexdigest()[:32]

    def __call__(self, pixels: Sequence[Pixels], preprocess: Preprocess) -> Floats:
        """Vectors ``(n, d) float32`` for at least one array ``(height, width, 3) uint8``.

        Raises:
            WeightsError: if the file does not run on them, or gives no vectors.
        """
        given = np.stack([self._fed(each, preprocess) for each in pixels])
        size = self._batch or len(given)
        found = [self._run(given[start : start + size]) for start in range(0, len(given), size)]
        return np.concatenate(found)

    def _fed(self, pixels: Pixels, preprocess: Preprocess) -> npt.NDArray[Any]:
        """One image as the file takes it."""
        if self._dtype == np.uint8:
            return pixels if self._channels_last else pixels.transpose(2, 0, 1)
        values = preprocess.normalized(pixels).astype(self._dtype)
        return values.transpose(1, 2, 0) if self._channels_last else values

    def _run(self, given: npt.NDArray[Any]) -> Floats:
        count = len(given)
        if self._batch is not None and count < self._batch:  # whose results nobody reads
            given = np.concatenate([given, np.repeat(given[-1:], self._batch - count, axis=0)])
        try:
            (found,) = self._session.run([self._output], {self._input: given})
        except GRAPH_ERRORS as error:
            reason = one_line(error)
            raise WeightsError(
                f"{str(self._path)!r} does not run on images of {given.shape[1:]}: {reason}"
            ) from error
        vectors = found.reshape(found.shape[:2]) if found.shape[2:] == (1, 1) else found
        if vectors.ndim != 2 or len(vectors) != len(given):
            raise WeightsError(
                f"output {self._output!r} of {str(self._path)!r} has the shape {found.shape}, "
                f"which is no vector an image; output= names another of {self._listed()}"
            )
        floats: Floats = vectors[:count].astype(np.float32)
        return floats

    def _only_input(self) -> tuple[str, list[Any], np.dtype[Any]]:
        inputs = self._session.get_inputs()
        if len(inputs) != 1:
            names = ", ".join(each.name for each in inputs)
            raise WeightsError(
                f"{str(self._path)!r} has {len(inputs)} inputs ({names}); a model of images has one"
            )
        (declared,) = inputs
        has_channels = len(declared.shape) == 4 and 3 in (declared.shape[1], declared.shape[3])
        if declared.type not in _DTYPES or not has_channels:
            raise WeightsError(
                f"input {declared.name!r} of {str(self._path)!r} is a {declared.type} of "
                f"{declared.shape}; images are float32, float16 or uint8 of (n, 3, height, width) "
                "or (n, height, width, 3)"
            )
        return declared.name, declared.shape, _DTYPES[declared.type]

    def _chosen_output(self, asked: str | None) -> tuple[str, int | None]:
        shapes = {each.name: each.shape for each in self._session.get_outputs()}
        if asked is not None and asked not in shapes:
            raise UsageError(
                f"{str(self._path)!r} has no output {asked!r}; it has {self._listed()}"
            )
        flat = [name for name, shape in shapes.items() if len(shape) == 2]
        candidates = [asked] if asked is not None else list(shapes) if len(shapes) == 1 else flat
        if len(candidates) != 1:
            raise UsageError(
                f"{str(self._path)!r} has several outputs, {self._listed()}: name one by output="
            )
        (name,) = candidates
        stated = shapes[name][1] if len(shapes[name]) > 1 else None
        return name, stated if isinstance(stated, int) else None

    def _listed(self) -> str:
        return ", ".join(f"{each.name} {each.shape}" for each in self._session.get_outputs())
