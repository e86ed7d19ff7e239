"""``image_embedding.timm``: any image model of timm."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from towhee.errors import UsageError
from towhee.models.known_model import KnownModel
from towhee.models.preprocess import Preprocess, is_fast
from towhee.models.pretrained_tags import PINNED
from towhee.models.run_conditions import RunConditions
from towhee.models.spec import model_spec
from towhee.models.vectors import check_pooling
from towhee.operators.image_embedding.pixels import as_image, image_content, own_images
from towhee.operators.network_operator import NetworkOperator
from towhee.types import Image

if TYPE_CHECKING:
    from towhee.models.image_network import ImageNetwork


class TimmImageEmbedding(NetworkOperator[Image, "ImageNetwork"]):
    """Embed images with any model of the timm library.

    Args:
        model_name: ``"resnet50"``, whose pretrained tag is pinned (``towhee info resnet50`` shows
            it), with a tag, ``"resnet50.tv_in1k"``, or any repository of the Hub in timm's
            format, ``"hf-hub:owner/name"``.
        layer: the module whose output to take; ``None`` for the features in front of the
            classifier.
        pooling: ``"avg"``, ``"max"``, ``"token"`` or ``"none"``; ``None`` for the model's own.
        normalize: whether vectors have unit length, so that the inner product is the cosine.
        device: ``"auto"`` for a CUDA GPU if there is one and the CPU otherwise, or ``"cpu"``,
            ``"cuda"``, ``"cuda:1"``, ``"mps"``.
        backend: ``"torch"``, ``"onnxruntime"`` or ``"openvino"``; ``"auto"`` measures those that
            are installed, once for each model and machine, and takes the fastest whose vectors
            agree with torch's in float32. With random weights it is torch. ``"torch_compile"`` is
            torch with a model that it compiles at the first call, half a minute in each process.
        precision: ``"float32"``, ``"bfloat16"``, ``"float16"`` or ``"int8"``; ``"auto"`` for the
            fastest that agrees. ``"int8"`` is taken only if it is asked for by name, or if there
            is ``calibration``.
        fidelity: the least cosine of any vector to that of torch in float32, which backend and
            precision have to keep on real photographs.
        calibration: images of your own kind (paths, or images), on which vectors are compared
            and int8 is calibrated; the sample photographs if not given.
        preprocess: ``"exact"`` for the pixels of the reference, or ``"fast"`` for six tenths of the
            time. Of 606 photographs, MobileNetV2's vectors keep a cosine of at least 0.999 to the
            exact ones then, and every nearest neighbour.
        checkpoint: a folder with ``config.json`` and ``model.safetensors``, which says itself
            what model it holds, or a safetensors file of the model that ``model_name`` names. A
            folder that the trainer wrote may hold a projection too, which stands behind the layer
            and pooling that it was learned for.
        pretrained: ``False`` for random weights, which embed nothing; for tests.
        trust_pickle: load a checkpoint that can run code.

    Attributes:
        spec: which model it is; once it is set up, with its tag, revision and digest.
        threads: how many of the CPU the model may use, set before ``setup``; all cores if ``None``.

    Raises:
        UsageError: for arguments that cannot be, and a device that is not there.
        WeightsError: if weights are absent, damaged, of another model, or pickled.
        UnknownNameError: for a model, tag or layer that timm does not have.

    Example:
        >>> embed = TimmImageEmbedding("resnet18", pretrained=False)
        >>> embed(np.zeros((64, 64, 3), np.uint8)).shape
        (512,)

    Source: https://github.com/huggingface/pytorch-image-models
    """

    extra = "torch"
    models = {
        name: KnownModel(dimension=dimension, license=license)
        for name, (_, dimension, license) in PINNED.items()
    }

    def __init__(
        self,
        model_name: str = "resnet50",
        *,
        layer: str | None = None,
        pooling: str | None = None,
        normalize: bool = True,
        device: str = "auto",
        backend: str = "auto",
        precision: str = "auto",
        fidelity: float = 0.999,
        calibration: Sequence[Any] = (),
        preprocess: str = "exact",
        checkpoint: str | os.PathLike[str] | None = None,
        pretrained: bool = True,
        trust_pickle: bool = False,
    ) -> None:
        check_pooling(pooling)
        self._is_fast = is_fast(preprocess)
        self.spec = model_spec(
            model_name, checkpoint=checkpoint, pretrained=pretrained, trust_pickle=trust_pickle
        )
        self._layer, self._pooling = layer, pooling
        self._calibration = tuple(calibration)
        self._preprocess: Preprocess | None = None
        self._dimension: int | None = None
        super().__init__(
            self.spec.full_name,
            RunConditions(device, backend, precision, fidelity),
            normalize=normalize,
            has_calibration=bool(self._calibration),
        )

    @property
    def dimension(self) -> int:
        """The length of the vectors; a pinned model's is known, others build the network."""
        if self._dimension is None:
            if self._layer is None and self._pooling is None and self.spec.dimension is not None:
                self._dimension = self.spec.dimension
            else:
                from towhee.models.dimension import vector_dimension

                self._dimension = vector_dimension(self.spec, self._layer, self._pooling)
        return self._dimension

    @property
    def preprocess(self) -> Preprocess:
        """What an image goes through in front of the model."""
        if self._preprocess is None:
            from towhee.models.timm_models import preprocess_of

            self._preprocess = preprocess_of(self.spec)
        return self._preprocess

    def network(self) -> ImageNetwork:
        """The network with its weights, from the cache or the Hub."""
        from towhee.models.timm_image_network import TimmImageNetwork

        return TimmImageNetwork(
            self.spec, self._layer, self._pooling, own_images(self._calibration)
        )

    def classifier(self) -> ImageNetwork:
        """The same model with the classifier that embedding leaves out: a logit for each class.

        Raises:
            UsageError: where the vectors are of another layer, or pooled otherwise.
        """
        from towhee.models.timm_classifier import TimmClassifier

        if self._layer is not None or self._pooling is not None:
            raise UsageError(
                f"the classifier of {self.spec.full_name} does not stand behind layer="
                f"{self._layer!r} and pooling={self._pooling!r}: leave both out to ask for a class"
            )
        return TimmClassifier(self.spec)

    def class_names(self, count: int) -> list[str]:
        """The names of the classes of ``classifier``, of which there are so many."""
        from towhee.models.timm_labels import class_names

        return class_names(self.spec, count)

    def setup(self) -> None:
        """Load the weights and settle which backend runs them; ``spec`` is complete then."""
        from towhee.models.timm_models import import_timm, resolved

        import_timm()
        super().setup()
        self.spec = resolved(self.spec)

    def content(self, value: Any) -> Any:
        """The pixels of a PIL image; anything else as it is."""
        return image_content(value)

    def prepare(self, value: Any) -> npt.NDArray[np.uint8]:
        """What the model takes: ``(height, width, 3) uint8``, resized and cropped.

        Raises:
            DataError: for what is no image, and for one without pixels.
        """
        return self.preprocess.pixels(as_image(value), fast=self._is_fast)

    def least_side(self) -> int | None:
        """The shorter side, in pixels, that an image should keep where decoding may shrink it."""
        return self.preprocess.least_side if self._is_fast else None
