"""The model and its preprocessing for engines that bring none, with Pillow and onnxruntime.

The same network as everywhere in the table, as an ONNX file; the same pixels as timm's evaluation
transform, computed without torch: a faster way than the torch model that a user would write first,
so that the engine is compared and not the model.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import PIL.Image


class Prepare:
    """From a picture to what the model takes, ``(3, side, side) float32``.

    Args:
        preprocess: as a ``Job`` holds it.
    """

    def __init__(self, preprocess: dict[str, Any]) -> None:
        self._side: int = preprocess["side"]
        self._resized: int = preprocess["resized_side"]
        self._filter = PIL.Image.Resampling[preprocess["interpolation"].upper()]
        self._mean = np.asarray(preprocess["mean"], np.float32)[:, None, None]
        self._std = np.asarray(preprocess["std"], np.float32)[:, None, None]

    def file(self, path: str) -> npt.NDArray[np.float32]:
        """The same for the picture in a file."""
        with PIL.Image.open(path) as picture:
            return self(picture.convert("RGB"))

    def __call__(self, picture: PIL.Image.Image) -> npt.NDArray[np.float32]:
        width, height = picture.size
        size = self._resized
        if width <= height:
            resized = picture.resize((size, int(size * height / width)), self._filter)
        else:
            resized = picture.resize((int(size * width / height), size), self._filter)
        left = round((resized.width - self._side) / 2)
        top = round((resized.height - self._side) / 2)
        cropped = resized.crop((left, top, left + self._side, top + self._side))
        pixels = np.asarray(cropped).transpose(2, 0, 1).astype(np.float32, order="C")
        pixels /= np.float32(255)
        pixels -= self._mean
        pixels /= self._std
        return pixels


class OnnxModel:
    """The network in ``model.onnx``, called on ``(n, 3, side, side) float32``.

    Args:
        folder: that holds the file.
        threads: how many it may use; all cores if 0.
    """

    def __init__(self, folder: str, threads: int = 0) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        self._session = onnxruntime.InferenceSession(
            str(Path(folder) / "model.onnx"), options, providers=["CPUExecutionProvider"]
        )
        self._input = self._session.get_inputs()[0].name

    def __call__(self, batch: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        vectors: npt.NDArray[np.float32] = self._session.run(None, {self._input: batch})[0]
        return vectors
