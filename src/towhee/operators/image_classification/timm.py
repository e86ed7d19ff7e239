"""``image_classification.timm``: any image classifier of timm."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from towhee.models.class_scores import softmax, surest_classes
from towhee.models.known_model import KnownModel
from towhee.models.pretrained_tags import PINNED
from towhee.models.run_conditions import RunConditions
from towhee.models.spec import model_spec
from towhee.operators.base import ModelOperator, Streams
from towhee.operators.image_classification.logits import TimmLogits
from towhee.operators.image_embedding.pixels import image_content
from towhee.operators.topk import check_topk
from towhee.types import Classification, Image

if TYPE_CHECKING:
    from towhee.models.image_network import ImageNetwork


class TimmImageClassification(ModelOperator[Image, list[Classification]]):
    """Say what an image shows with any classifier of timm, a thousand of them for ImageNet.

    Args:
        model_name: ``"resnet50"``, whose pretrained tag is pinned, with a tag,
            ``"resnet50.tv_in1k"``, or any repository of the Hub in timm's format,
            ``"hf-hub:owner/name"``.
        topk: how many classes to give.
        labels: the names of the classes; ``None`` for those beside the weights
            (``labels.txt``), in the model's configuration, or of ImageNet.
        device: ``"auto"`` for a CUDA GPU if there is one and the CPU otherwise, or ``"cpu"``,
            ``"cuda"``, ``"cuda:1"``, ``"mps"``.
        backend: as of ``image_embedding.timm``: the fastest whose logits agree with torch's.
        precision: as of ``image_embedding.timm``.
        fidelity: the least cosine of the logits of any photograph to those of torch in float32.
        calibration: images of your own kind (paths, or images), on which backends are compared
            and int8 is calibrated; the sample photographs if not given.
        checkpoint: a folder with ``config.json`` and ``model.safetensors``, which says itself
            what model it holds, or a safetensors file of the model that ``model_name`` names.
        trust_pickle: load a checkpoint that can run code.

    Returns:
        For each image a list of ``Classification``, the surest first; scores add up to 1 over
        all classes.

    Raises:
        UsageError: for arguments that cannot be, and a device that is not there.
        WeightsError: if weights are absent, damaged, of another model, or pickled.
        UnknownNameError: for a model or tag that timm does not have.
        DataError: for what is no image.

    Example:
        >>> classify = TimmImageClassification(topk=1)  # doctest: +SKIP
        >>> classify(image)  # doctest: +SKIP
        [Classification(label='robin, American robin, Turdus migratorius', score=0.91)]

    Source: https://github.com/huggingface/pytorch-image-models
    """

    extra = "torch"
    models = {
        name: KnownModel(license=license)
        for name, (tag, _, license) in PINNED.items()
        if tag.endswith("in1k")  # others have no classifier, or one of another kind
    }

    def __init__(
        self,
        model_name: str = "resnet50",
        *,
        topk: int = 5,
        labels: Sequence[str] | None = None,
        device: str = "auto",
        backend: str = "auto",
        precision: str = "auto",
        fidelity: float = 0.999,
        calibration: Sequence[Any] = (),
        checkpoint: str | os.PathLike[str] | None = None,
        trust_pickle: bool = False,
    ) -> None:
        spec = model_spec(model_name, checkpoint=checkpoint, trust_pickle=trust_pickle)
        conditions = RunConditions(device, backend, precision, fidelity)
        self._logits = TimmLogits(spec, conditions, tuple(calibration))
        self._topk = check_topk(topk)
        self._labels = None if labels is None else tuple(labels)
        self._names: list[str] | None = None

    def setup(self) -> None:
        """Load the weights and settle which backend runs them."""
        self._logits.ensure_setup()

    def load(self) -> None:
        """Load the weights in the form that single calls need."""
        self._logits.load()

    def classifier(self) -> ImageNetwork:
        """The model, which gives a logit for each class; read anew, as ``viz.heatmap`` does."""
        return self._logits.network()

    def how_it_runs(self) -> list[str]:
        """The backend and precision that were chosen, and what was measured for it."""
        return self._logits.how_it_runs()

    def fingerprint(self) -> str | None:
        """Weights, preprocessing, backend and precision."""
        return self._logits.fingerprint()

    def content(self, value: Any) -> Any:
        """The pixels of a PIL image; anything else as it is."""
        return image_content(value)

    def prepare(self, value: Any) -> npt.NDArray[np.uint8]:
        """What the model takes: ``(height, width, 3) uint8``, resized and cropped."""
        return self._logits.prepare(value)

    def streams(self) -> Streams:
        """The model for an engine: a call for each core, in batches of the size that is best."""
        how = self._logits.streams()
        return replace(how, forward=lambda rows: self._classified(how.forward, rows))

    def forward(self, prepared: Sequence[Any]) -> list[list[Classification]]:
        """For each image its classes, the surest first."""
        return self._classified(self._logits.forward, prepared)

    def _classified(
        self, logits_of: Callable[[Sequence[Any]], Any], prepared: Sequence[Any]
    ) -> list[list[Classification]]:
        if not len(prepared):
            return []
        shares = softmax(np.asarray(logits_of(prepared), np.float32))
        return surest_classes(shares, self.class_names(shares.shape[1]), self._topk)

    def class_names(self, count: int) -> list[str]:
        """The names of the classes, of which there are so many, in the order of the model."""
        if self._names is None:
            from towhee.models.timm_labels import class_names

            self._names = class_names(self._logits.spec, count, self._labels)
        return self._names
