"""An image model of timm, as every backend can be made from it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from functools import cached_property
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

import numpy as np

from towhee.errors import MissingExtraError
from towhee.models.calibration import sample_photographs
from towhee.models.file_digest import file_sha256
from towhee.models.layers import with_layer
from towhee.models.network import Batch, concatenated
from towhee.models.onnx_cache import keep_export, kept_export
from towhee.models.onnx_export import exported
from towhee.models.pixel_network import pixel_network
from towhee.models.spec import ModelSpec
from towhee.models.timm_models import preprocess_of, pull_weights, repository_spec
from towhee.models.timm_network import load_timm
from towhee.types import Image

if TYPE_CHECKING:
    import torch


class TimmImageNetwork:
    """A layer of a model, pooled: ``(n, d)`` for pixels ``(n, height, width, 3) uint8``.

    Args:
        spec: which model, with which weights.
        layer: whose output to take; ``None`` for the features in front of the classifier.
        pooling: over positions; ``None`` for the model's own.
        images: on which backends are compared; the sample photographs if there are none.

    Raises:
        WeightsError: for a repository of the Hub that is neither cached nor to be had.
    """

    def __init__(
        self,
        spec: ModelSpec,
        layer: str | None,
        pooling: str | None,
        images: Sequence[Image] = (),
    ) -> None:
        self._images = images
        self._spec = repository_spec(spec) if spec.source == "hub" else spec
        self._layer, self._pooling = layer, pooling
        self._preprocess = preprocess_of(self._spec)
        self.name = spec.full_name

    def unloaded(self) -> TimmImageNetwork:
        """The same model with nothing of it in memory."""
        return TimmImageNetwork(self._spec, self._layer, self._pooling, self._images)

    @cached_property
    def key(self) -> str | None:
        """What the vectors depend on, as one digest; ``None`` for weights new every time."""
        spec = self._spec
        if spec.source == "random":
            return None
        weights = spec.weights_file or pull_weights(spec)
        network = {name: spec.config.get(name) for name in ("model_args", "global_pool")}
        conditions = self._preprocess.as_config()
        parts: list[object] = [file_sha256(weights), spec.architecture, network, conditions]
        parts += [self._layer, self._pooling]
        try:
            parts += [version(package) for package in ("torch", "timm", "towhee")]
        except PackageNotFoundError as error:
            raise MissingExtraError("this model", "torch") from error
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]

    @cached_property
    def _network(self) -> torch.nn.Module:
        return with_layer(load_timm(self._spec), self._layer, self._pooling)

    def module(self) -> torch.nn.Module:
        """The network behind its normalisation, as the reference computes it."""
        return pixel_network(self._network, self._preprocess)

    def onnx(self) -> bytes:
        """The same in ONNX form, exported unless the export is kept from before.

        Raises:
            MissingExtraError: if the packages that write ONNX are not installed.
            WeightsError: if the model cannot be exported, or the export gives other vectors.
        """
        content = kept_export(self.key) if self.key else None
        if content is None:
            _, height, width = self._preprocess.input_size
            shape = (height, width, 3)
            random = np.random.default_rng(0).integers(0, 256, (3, *shape))
            content = exported(
                pixel_network(self._network, self._preprocess, folded=True),
                (np.zeros((2, *shape), np.uint8),),
                check=(random.astype(np.uint8),),
                inputs={"pixels": ("n",)},
                name=self.name,
            )
            if self.key:
                keep_export(self.key, content)
        return content

    def calibration(self) -> list[Batch]:
        """The images given, or the sample photographs."""
        images = self._images or sample_photographs()
        return [(self._preprocess.pixels(image)[None],) for image in images]

    def joined(self, rows: Sequence[Batch]) -> Batch:
        """One batch of several."""
        return concatenated(rows)
