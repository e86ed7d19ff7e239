"""``image_embedding.timm``: any image model of timm."""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from towhee.errors import UsageError
from towhee.models.backends import Backend
from towhee.models.backends.device import check_device
from towhee.models.preprocess import Preprocess
from towhee.models.spec import model_spec
from towhee.models.vectors import check_pooling, unit_length
from towhee.operators.base import ModelOperator
from towhee.operators.image_embedding.pixels import as_image
from towhee.types import Image

logger = logging.getLogger(__name__)

_BACKENDS = ("auto", "torch", "onnxruntime")


class TimmImageEmbedding(ModelOperator[Image, npt.NDArray[np.float32]]):
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
        backend: ``"torch"``, or ``"onnxruntime"`` on the CPU; ``"auto"`` is torch.
        checkpoint: a folder with ``config.json`` and ``model.safetensors``, which says itself
            what model it holds, or a safetensors file of the model that ``model_name`` names.
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

    threads: int | None = None

    def __init__(
        self,
        model_name: str = "resnet50",
        *,
        layer: str | None = None,
        pooling: str | None = None,
        normalize: bool = True,
        device: str = "auto",
        backend: str = "auto",
        checkpoint: str | os.PathLike[str] | None = None,
        pretrained: bool = True,
        trust_pickle: bool = False,
    ) -> None:
        if backend not in _BACKENDS:
            raise UsageError(f"backend is one of {', '.join(_BACKENDS)}, not {backend!r}")
        check_pooling(pooling)
        check_device(device)
        if backend == "onnxruntime" and device not in ("auto", "cpu"):
            raise UsageError(f'backend="onnxruntime" runs on the CPU, not on device={device!r}')
        self.spec = model_spec(
            model_name, checkpoint=checkpoint, pretrained=pretrained, trust_pickle=trust_pickle
        )
        self._layer, self._pooling, self._normalize = layer, pooling, normalize
        self._device, self._backend_name = device, backend
        self._preprocess: Preprocess | None = None
        self._dimension: int | None = None
        self._backend: Backend | None = None

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

    def setup(self) -> None:
        """Load the weights, from the cache or the Hub."""
        from towhee.models.timm_models import resolved

        load = self._onnx_backend if self._backend_name == "onnxruntime" else self._torch_backend
        self._backend = load()
        self.spec = resolved(self.spec)
        logger.info("%s runs on %s", self.spec.full_name, self._backend.name)

    def _torch_backend(self) -> Backend:
        from towhee.models.backends.torch_eager import TorchBackend, chosen_device
        from towhee.models.layers import with_layer
        from towhee.models.timm_models import import_timm
        from towhee.models.timm_network import load_timm

        import_timm()
        device = chosen_device(self._device)  # first, as a download for an absent one is in vain
        model = with_layer(load_timm(self.spec), self._layer, self._pooling)
        return TorchBackend(model, device=device, threads=self.threads)

    def _onnx_backend(self) -> Backend:
        from towhee.models.onnx_export import onnx_backend

        return onnx_backend(self.spec, self._layer, self._pooling, threads=self.threads)

    def prepare(self, value: Any) -> npt.NDArray[np.float32]:
        """What the model takes: ``(3, height, width) float32``.

        Raises:
            DataError: for what is no image, and for one without pixels.
        """
        return self.preprocess(as_image(value))

    def forward(self, prepared: Sequence[Any]) -> npt.NDArray[np.float32]:
        """Vectors ``(n, d) float32``."""
        if not len(prepared):
            return np.empty((0, self.dimension), np.float32)
        if self._backend is None:
            self.ensure_setup()
        assert self._backend is not None
        vectors = self._backend(np.stack(prepared))
        return unit_length(vectors) if self._normalize else vectors
