"""``action_classification.videomae``: what is done in a video."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from towhee.models.known_model import KnownModel
from towhee.operators.image_embedding.pixels import as_image
from towhee.operators.task_operator import TaskOperator
from towhee.operators.topk import check_topk
from towhee.operators.video_embedding.clip import each_frame, spread
from towhee.types import Classification, Image

if TYPE_CHECKING:
    from towhee.models.transformers.task_folder import TaskFolder
    from towhee.models.transformers.video_model import ActionClassifier


class VideomaeActionClassification(
    TaskOperator[Iterable[Image], list[Classification], "ActionClassifier"]
):
    """Say what is done in videos, with a VideoMAE that was trained on actions.

    A value is the frames of one video, as ``video_embedding.videomae`` takes them.

    Args:
        model_name: a model of the Hub, ``"owner/name"``.
        topk: how many classes to give, the surest first.
        checkpoint: a folder as transformers saves it, in place of ``model_name``.
        trust_pickle: load weights in the folder that can run code.
        device: ``"auto"`` for a CUDA GPU if there is one and the CPU otherwise, or ``"cpu"``,
            ``"cuda"``, ``"cuda:1"``, ``"mps"``.
        batch_size: videos that the model gets at once; found by measuring if not given.

    Raises:
        UsageError: for arguments that cannot be.
        WeightsError: if files are absent, damaged, pickled, or of another model.

    Example:
        >>> what = VideomaeActionClassification(topk=1)  # doctest: +SKIP
        >>> what(frames)  # doctest: +SKIP
        [Classification(label='eating spaghetti', score=0.93)]

    Source: Tong et al., 2022, https://arxiv.org/abs/2203.12602
    """

    task = "action classification"
    extra = "videomae"
    models = {
        "MCG-NJU/videomae-base-finetuned-kinetics": KnownModel(
            license="cc-by-nc-4.0", megabytes=346
        ),
        "MCG-NJU/videomae-base-finetuned-ssv2": KnownModel(license="cc-by-nc-4.0", megabytes=346),
    }

    def __init__(
        self,
        model_name: str = "MCG-NJU/videomae-base-finetuned-kinetics",
        *,
        topk: int = 5,
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
        self._topk = check_topk(topk)

    def loaded(self, folder: TaskFolder) -> ActionClassifier:
        """The model, read from its folder."""
        from towhee.models.transformers.video_model import ActionClassifier

        return ActionClassifier(folder, topk=self._topk)

    def prepare(self, value: Any) -> npt.NDArray[np.float32]:
        """The frames as the model takes them, ``(frames, 3, height, width)``.

        Raises:
            DataError: for what is not the frames of a video.
        """
        frames = spread(list(each_frame(value)), self.running.frames)
        return self.running.prepared([as_image(frame) for frame in frames])
