"""``video_embedding.frames``: the vectors of frames, pooled."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt

from towhee.errors import UsageError
from towhee.models.vectors import unit_length
from towhee.operators.base import ModelOperator, Operator, OperatorRef, Streams, short
from towhee.operators.image_embedding.embedded import EmbeddedImageEmbedding
from towhee.operators.video_embedding.clip import each_frame
from towhee.types import FrameVectors, Image

VideoPooling = Literal["mean", "max", "none"]
Vectors = npt.NDArray[np.float32]
Clip = tuple[list[Any], list[float]]
"""The prepared frames of one video, and their timestamps."""


class FramesVideoEmbedding(ModelOperator[Iterable[Image], "Vectors | FrameVectors"]):
    """Embed videos by the vectors of their frames, as an image embedding gives them.

    A value is the frames of one video, as ``video_decode.ffmpeg`` gives them: a generator or a
    list of images, or an array ``(n, height, width, 3) uint8``. All frames of a batch go through
    the image model together.

    Args:
        operator: the image embedding: a name (``"image_embedding.timm"``), with arguments
            (``{"operator": "image_embedding.timm", "with": {"model_name": "resnet50"}}``), or an
            operator, such as ``ops.image_embedding.timm(model_name="resnet50")``; the model
            inside the package if not given.
        pooling: ``"mean"`` or ``"max"`` over the frames; ``"none"`` keeps one vector for each
            frame, as ``FrameVectors``.
        normalize: whether vectors have unit length after pooling.
        batch_size: frames that the image model gets at once.

    Raises:
        UsageError: for arguments that cannot be.

    Example:
        >>> embed = FramesVideoEmbedding()
        >>> embed(np.zeros((4, 64, 64, 3), np.uint8)).shape
        (384,)
    """

    takes_operators = ("operator",)

    def __init__(
        self,
        operator: str | Mapping[str, Any] | OperatorRef | Callable[..., Any] | None = None,
        *,
        pooling: VideoPooling = "mean",
        normalize: bool = True,
        batch_size: int = 16,
    ) -> None:
        if isinstance(operator, (str, Mapping)):
            raise UsageError(
                f"operator={short(operator)} is known by its name in chains, pipes and ops; here, "
                "pass the operator itself"
            )
        if pooling not in get_args(VideoPooling):
            choices = ", ".join(get_args(VideoPooling))
            raise UsageError(f"pooling is one of {choices}, not {pooling!r}")
        if type(batch_size) is not int or batch_size < 1:
            raise UsageError(f"batch_size is a whole number above 0, not {batch_size!r}")
        made = operator.instantiate() if isinstance(operator, OperatorRef) else operator
        if made is not None and not callable(made):
            raise UsageError(
                f"operator is one that embeds images, or a function, not {short(made)}"
            )
        images: Callable[..., Any] = EmbeddedImageEmbedding() if made is None else made
        self._images = images
        self._model = images if isinstance(images, ModelOperator) else None
        self._pooling, self._normalize, self._batch_size = pooling, normalize, batch_size

    def setup(self) -> None:
        """Load the image model."""
        if isinstance(self._images, Operator):
            self._images.ensure_setup()

    def load(self) -> None:
        """Load the image model in the form that single calls need."""
        if self._model is not None:
            self._model.load()

    def how_it_runs(self) -> list[str]:
        """How the image model runs."""
        return [] if self._model is None else self._model.how_it_runs()

    def fingerprint(self) -> str | None:
        """What the vectors of frames depend on; ``None`` for a function."""
        return self._images.fingerprint() if isinstance(self._images, Operator) else None

    def streams(self) -> Streams:
        """The image model for an engine: with a video for each call."""
        if self._model is None:
            return Streams(self.forward)
        how = self._model.streams()
        return Streams(
            lambda clips: self._embedded(how.forward, clips),
            parallel=how.parallel,
            threads=how.threads,
            batch_size=1,
        )

    def prepare(self, value: Any) -> Clip:
        """What the image model takes for each frame, and the frames' timestamps.

        Frames without a timestamp are taken to be a second apart.

        Raises:
            DataError: for what is not the frames of a video.
        """
        prepared, timestamps = [], []
        for place, frame in enumerate(each_frame(value)):
            prepared.append(frame if self._model is None else self._model.prepare(frame))
            timestamps.append(float(getattr(frame, "timestamp", place)))
        return prepared, timestamps

    def forward(self, prepared: Sequence[Clip]) -> list[Any]:
        """A vector ``(d,) float32`` for each video; ``FrameVectors`` if they are not pooled."""
        if self._model is not None:
            return self._embedded(self._model.forward, prepared)
        whole = getattr(self._images, "batch", None)
        return self._embedded(whole or (lambda frames: [*map(self._images, frames)]), prepared)

    def _embedded(
        self, embed: Callable[[Sequence[Any]], Iterable[Any]], clips: Sequence[Clip]
    ) -> list[Any]:
        frames = [frame for prepared, _ in clips for frame in prepared]
        found: list[Any] = []
        for start in range(0, len(frames), self._batch_size):
            found.extend(embed(frames[start : start + self._batch_size]))
        results: list[Any] = []
        start = 0
        for prepared, timestamps in clips:
            vectors = np.stack(found[start : start + len(prepared)]).astype(np.float32)
            start += len(prepared)
            results.append(self._pooled(vectors, timestamps))
        return results

    def _pooled(self, vectors: Vectors, timestamps: list[float]) -> Vectors | FrameVectors:
        if self._pooling == "none":
            kept = unit_length(vectors) if self._normalize else vectors
            return FrameVectors(kept, np.array(timestamps))
        pooled: Vectors = vectors.mean(0) if self._pooling == "mean" else vectors.max(0)
        if self._normalize:
            pooled = unit_length(pooled[None])[0]
        return pooled
