"""``image_embedding.onnx``: any ONNX file that makes vectors of images."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from towhee.errors import UsageError, WeightsError
from towhee.models.machine import cores
from towhee.models.preprocess import CropMode, Preprocess
from towhee.models.vectors import unit_length
from towhee.operators.base import ModelOperator, Streams
from towhee.operators.image_embedding.pixels import as_image, image_content
from towhee.types import Image

if TYPE_CHECKING:
    from towhee.models.onnx_image_file import OnnxImageFile

_BATCH_SIZE = 4  # beyond which a core gains little


class OnnxImageEmbedding(ModelOperator[Image, npt.NDArray[np.float32]]):
    """Embed images with a model of your own in an ONNX file, on onnxruntime; no torch.

    The file has one input, NCHW or NHWC, of normalised floats, or of ``uint8`` pixels that it
    normalises itself. What an image goes through in front of it is given here, or in a JSON file of
    the same fields beside it (``model.onnx``, ``model.json``); a field given here goes first.

    Args:
        path: of the file.
        output: the name of the output to take; ``None`` for the only one, or the only one of two
            axes.
        input_size: ``(3, height, width)``; the file's own if it states it.
        interpolation: ``"bilinear"``, ``"bicubic"``, …
        crop_pct: the share of the resized image's side that the crop keeps.
        crop_mode: ``"center"`` resizes the shorter side and crops the middle, ``"squash"``
            resizes both sides whatever the aspect, ``"border"`` resizes the longer side and
            fills up.
        mean: of each channel, subtracted from values between 0 and 1.
        std: of each channel, divided by.
        normalize: whether vectors have unit length, so that the inner product is the cosine.

    Attributes:
        threads: how many the model may use, set before ``setup``; all cores if ``None``.

    Raises:
        UsageError: for arguments that cannot be, or that the file does not go with.
        WeightsError: if the file is not there, damaged, or no model of images.

    Example:
        >>> embed = OnnxImageEmbedding("model.onnx", mean=(0.5,) * 3)  # doctest: +SKIP
        >>> embed(np.zeros((64, 64, 3), np.uint8)).shape  # doctest: +SKIP
        (512,)

    Source: https://onnxruntime.ai
    """

    threads: int | None = None

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        output: str | None = None,
        input_size: Sequence[int] | None = None,
        interpolation: str | None = None,
        crop_pct: float | None = None,
        crop_mode: CropMode | None = None,
        mean: Sequence[float] | None = None,
        std: Sequence[float] | None = None,
        normalize: bool = True,
    ) -> None:
        if not isinstance(path, (str, os.PathLike)):
            raise UsageError(f"path is that of an ONNX file, not {type(path).__name__}")
        self._path = Path(path).expanduser()
        given = {
            "input_size": input_size,
            "interpolation": interpolation,
            "crop_pct": crop_pct,
            "crop_mode": crop_mode,
            "mean": mean,
            "std": std,
        }
        self._given = {name: value for name, value in given.items() if value is not None}
        Preprocess.from_config(self._given)  # so that wrong fields are found here
        self._output, self._normalize = output, normalize
        self._alone: OnnxImageFile | None = None
        self._preprocess: Preprocess | None = None

    @property
    def preprocess(self) -> Preprocess:
        """What an image goes through in front of the model."""
        self.ensure_setup()
        assert self._preprocess is not None
        return self._preprocess

    @property
    def dimension(self) -> int:
        """The length of the vectors."""
        model = self._model()
        if model.dimension is not None:
            return model.dimension
        _, height, width = self.preprocess.input_size
        vectors = model([np.zeros((height, width, 3), np.uint8)], self.preprocess)
        return len(vectors[0])

    def setup(self) -> None:
        """Read the file, and what lies beside it."""
        self._alone = self._opened(self.threads or cores())
        stated = {**self._beside(), **self._given}
        size = self._alone.size
        if size is None and "input_size" not in stated:
            raise UsageError(
                f"{str(self._path)!r} takes images of any size: pass input_size=(3, height, width)"
            )
        self._preprocess = Preprocess.from_config({"input_size": (3, *(size or ())), **stated})
        if size is not None and self._preprocess.input_size[1:] != size:
            raise UsageError(
                f"{str(self._path)!r} takes images of {size[0]}x{size[1]} pixels, not of "
                f"input_size={self._preprocess.input_size}"
            )

    def content(self, value: Any) -> Any:
        """The pixels of a PIL image; anything else as it is."""
        return image_content(value)

    def fingerprint(self) -> str | None:
        """The file, what lies beside it, and the version of onnxruntime."""
        import onnxruntime

        parts = [self._model().digest(), self.preprocess.as_config(), onnxruntime.__version__]
        return json.dumps(parts)

    def origin(self) -> str | None:
        """A digest of the file, what lies beside it, and the preprocessing."""
        parts = json.dumps([self._model().digest(), self.preprocess.as_config()])
        return hashlib.sha256(parts.encode()).hexdigest()

    def stands_for(self) -> dict[str, str | None] | None:
        """What the JSON file beside the model says that it was exported from."""
        from towhee.models.json_file import stated_origin

        return stated_origin(self._beside(), self._path.with_suffix(".json"))

    def streams(self) -> Streams:
        """The model for an engine: a call for each core."""
        self.ensure_setup()
        model, threads = self._opened(1), self.threads or cores()
        return Streams(
            lambda pixels: self._vectors(model, pixels),
            parallel=threads,
            threads=1,
            batch_size=_BATCH_SIZE,
        )

    def prepare(self, value: Any) -> npt.NDArray[np.uint8]:
        """What an image is resized and cropped to: ``(height, width, 3) uint8``.

        Raises:
            DataError: for what is no image, and for one without pixels.
        """
        return self.preprocess.pixels(as_image(value))

    def forward(self, prepared: Sequence[Any]) -> npt.NDArray[np.float32]:
        """Vectors ``(n, d) float32``."""
        if not len(prepared):
            return np.empty((0, self.dimension), np.float32)
        return self._vectors(self._model(), prepared)

    def _vectors(self, model: OnnxImageFile, pixels: Sequence[Any]) -> npt.NDArray[np.float32]:
        vectors = model(pixels, self.preprocess)
        return unit_length(vectors) if self._normalize else vectors

    def _model(self) -> OnnxImageFile:
        self.ensure_setup()
        assert self._alone is not None
        return self._alone

    def _opened(self, threads: int) -> OnnxImageFile:
        from towhee.models.onnx_image_file import OnnxImageFile

        return OnnxImageFile(self._path, output=self._output, threads=threads)

    def _beside(self) -> dict[str, Any]:
        """The fields in the JSON file beside the model; none if there is no such file."""
        file = self._path.with_suffix(".json")
        if not file.is_file():
            return {}
        try:
            content = json.loads(file.read_text(encoding="utf-8"))
            stated = dict(content.get("pretrained_cfg") or content)
            Preprocess.from_config(stated)
        except (ValueError, TypeError, AttributeError) as error:
            raise WeightsError(
                f"{str(file)!r} states no preprocessing, or one that cannot be: {error}"
            ) from error
        return stated
