"""VideoMAE: some frames of a video to a vector, or to what is done in them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import PIL.Image

from towhee.errors import WeightsError
from towhee.models.class_scores import surest_classes
from towhee.models.transformers.config import load_config
from towhee.models.transformers.loading import load_pretrained
from towhee.models.transformers.task_folder import TaskFolder
from towhee.models.vectors import unit_length
from towhee.types import Classification, Image

if TYPE_CHECKING:
    import torch

Clip = npt.NDArray[np.float32]
"""The frames of a video as the model takes them: ``(frames, 3, height, width)``."""

_KIND = "VideoMAEForVideoClassification"
_HEAD = ("fc_norm.", "classifier.")  # not in models that were trained without labels


class VideoModel:
    """A model of transformers' VideoMAE with its preprocessing.

    Args:
        folder: of the model.
        needs_classes: whether it has to have learned classes.

    Raises:
        WeightsError: for another model, and for damaged or missing weights.
    """

    def __init__(self, folder: TaskFolder, *, needs_classes: bool) -> None:
        config = load_config(folder.path)
        if config.model_type != "videomae":
            raise WeightsError(f"{folder.named!r} is a {config.model_type}, not a VideoMAE")
        model = load_pretrained(
            _KIND,
            folder.path,
            named=folder.named,
            trust_pickle=folder.trust_pickle,
            may_lack=() if needs_classes else _HEAD,
        )
        self._model = model.to(folder.device)
        self._processor = folder.image_processor()
        self._device = folder.device
        self.frames: int = config.num_frames

    def prepared(self, frames: Sequence[Image]) -> Clip:
        """So many frames as it takes, resized, cropped and normalised as it was trained."""
        pictures = [PIL.Image.fromarray(np.ascontiguousarray(each.to("RGB"))) for each in frames]
        given = self._processor([pictures], return_tensors="np")
        clip: Clip = np.asarray(given["pixel_values"][0], np.float32)
        return clip

    def features(self, clips: Sequence[Clip]) -> torch.Tensor:
        """What is in front of the classifier: the mean over all patches, ``(n, d)``."""
        import torch

        with torch.inference_mode():
            pixels = torch.from_numpy(np.stack(clips)).to(self._device)
            tokens = self._model.videomae(pixel_values=pixels).last_hidden_state
            mean: torch.Tensor = tokens.mean(1)
            norm = self._model.fc_norm
            return mean if norm is None else norm(mean)

    def logits(self, clips: Sequence[Clip]) -> torch.Tensor:
        """A number for each class, ``(n, classes)``."""
        import torch

        with torch.inference_mode():
            pixels = torch.from_numpy(np.stack(clips)).to(self._device)
            given: torch.Tensor = self._model(pixel_values=pixels).logits
            return given

    @property
    # Any: a class without a name has a number.
    def labels(self) -> dict[int, Any]:
        """The names of its classes."""
        labels: dict[int, Any] = self._model.config.id2label
        return labels


class VideoEmbedder(VideoModel):
    """Videos to vectors.

    Args:
        folder: of the model.
        normalize: whether vectors have unit length.
    """

    def __init__(self, folder: TaskFolder, *, normalize: bool) -> None:
        super().__init__(folder, needs_classes=False)
        self._normalize = normalize

    def results(self, clips: Sequence[Clip]) -> list[npt.NDArray[np.float32]]:
        """For each video its vector, ``(d,) float32``."""
        vectors = self.features(clips).float().cpu().numpy()
        return list(unit_length(vectors) if self._normalize else vectors)


class ActionClassifier(VideoModel):
    """Videos to what is done in them.

    Args:
        folder: of the model.
        topk: how many classes to give, the surest first.
    """

    def __init__(self, folder: TaskFolder, *, topk: int) -> None:
        super().__init__(folder, needs_classes=True)
        self._topk = topk

    def results(self, clips: Sequence[Clip]) -> list[list[Classification]]:
        """For each video its classes, the surest first."""
        scores = self.logits(clips).float().softmax(dim=1)
        return surest_classes(scores.cpu().numpy(), self.labels, self._topk)
