"""``video_embedding.videomae``: videos to vectors with VideoMAE."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from towhee.models.known_model import KnownModel
from towhee.operators.image_embedding.pixels import as_image
from towhee.operators.task_operator import TaskOperator
from towhee.operators.video_embedding.clip import each_frame, spread
from towhee.types import Image

if TYPE_CHECKING:
    from towhee.models.transformers.task_folder import TaskFolder
    from towhee.models.transformers.video_model import VideoEmbedder


class VideomaeVideoEmbedding(
    TaskOperator[Iterable[Image], npt.NDArray[np.float32], "VideoEmbedder"]
):
    """Embed videos with VideoMAE, which sees what moves, not only what is there.

    A value is the frames of one video: a generator or a list of images, or an array ``(n, height,
    width, 3) uint8``. Of more frames than the model takes (16), so many are taken, evenly spread.

    Args:
        model_name: a model of the Hub, ``"owner/name"``. Those that were trained on actions give
            the vectors in front of their classifier.
        normalize: whether vectors have unit length, so that the inner product is the cosine.
        checkpoint: a folder as transformers saves it, in place of ``model_name``.
        trust_pickle: load weights in the folder that can run code.
        device: ``"auto"`` for a CUDA GPU if there is one and the CPU otherwise, or ``"cpu"``,
            ``"cuda"``, ``"cuda:1"``, ``"mps"``.
        batch_size: videos that the model gets at once; found by measuring if not given.

    Raises:
        UsageError: for arguments that cannot be.
        WeightsError: if files are absent, damaged, pickled, or of another model.

    Example:
        >>> embed = VideomaeVideoEmbedding()  # doctest: +SKIP
        >>> embed(np.zeros((16, 224, 224, 3), np.uint8)).shape  # doctest: +SKIP
        (768,)

    Source: Tong et al., 2022, https://arxiv.org/abs/2203.12602
    """

    task = "video embedding"
    extra = "videomae"
    models = {
        "MCG-NJU/videomae-base-finetuned-kinetics": KnownModel(
            dimension=768, license="cc-by-nc-4.0", megabytes=346
        ),
        "MCG-NJU/videomae-small-finetuned-kinetics": KnownModel(
            dimension=384, license="cc-by-nc-4.0", megabytes=88
        ),
        "MCG-NJU/videomae-large-finetuned-kinetics": KnownModel(
            dimension=1024, license="cc-by-nc-4.0", megabytes=1217
        ),
        "MCG-NJU/videomae-base": KnownModel(dimension=768, license="cc-by-nc-4.0", megabytes=377),
    }

    def __init__(
        self,
        model_name: str = "MCG-NJU/videomae-base-finetuned-kinetics",
        *,
        normalize: bool = True,
        checkpoint: str | os.PathLike[str] | None = None,
        trust_pickle: bool = False,
        device: str = "auto",
        batch_size: int | None = None,
    ) -> None:
        super().__init__(
            model_name,
            checkpoint=checkpoint,
            trust_pickle=trust_pickle,
            device=device,
            batch_size=batch_size,
        )
        self._normalize = normalize

    def loaded(self, folder: TaskFolder) -> VideoEmbedder:
        """The model, read from its folder."""
        from towhee.models.transformers.video_model import VideoEmbedder

        return VideoEmbedder(folder, normalize=self._normalize)

    def prepare(self, value: Any) -> npt.NDArray[np.float32]:
        """The frames as the model takes them, ``(frames, 3, height, width)``.

        Raises:
            DataError: for what is not the frames of a video.
        """
        frames = spread(list(each_frame(value)), self.running.frames)
        return self.running.prepared([as_image(frame) for frame in frames])
