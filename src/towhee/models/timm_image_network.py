"""An image model of timm, as every backend can be made from it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from towhee.errors import MissingExtraError
from towhee.models.dimension import vector_dimension
from towhee.models.file_digest import file_sha256_once
from towhee.models.image_network import ImageNetwork
from towhee.models.layers import with_layer
from towhee.models.preprocess import Preprocess
from towhee.models.projection import projection_of
from towhee.models.spec import ModelSpec
from towhee.models.timm_models import preprocess_of, pull_weights, repository_spec
from towhee.models.timm_network import load_timm
from towhee.types import Image

if TYPE_CHECKING:
    import torch


class TimmImageNetwork(ImageNetwork):
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
        known = repository_spec(spec) if spec.source == "hub" else spec
        super().__init__(TimmTower(known, layer, pooling), images)


@dataclass(frozen=True, slots=True)
class TimmTower:
    """A model of timm up to a layer, as a tower.

    Attributes:
        spec: which model; of a repository, with what its ``config.json`` says.
        layer: whose output to take.
        pooling: over positions.
    """

    spec: ModelSpec
    layer: str | None
    pooling: str | None

    @property
    def name(self) -> str:
        """The name that leaves nothing open."""
        return self.spec.full_name

    def digest(self) -> str | None:
        """What the vectors depend on; ``None`` for weights new every time."""
        spec = self.spec
        if spec.source == "random":
            return None
        weights = spec.weights_file or pull_weights(spec)
        network = {name: spec.config.get(name) for name in ("model_args", "global_pool")}
        conditions = self.preprocess().as_config()
        parts: list[object] = [file_sha256_once(weights), spec.architecture, network, conditions]
        parts += [self.layer, self.pooling]
        projection = projection_of(spec, self.layer, self.pooling)
        if projection is not None:
            parts += [projection.digest()]
        try:
            parts += [version(package) for package in ("torch", "timm", "towhee")]
        except PackageNotFoundError as error:
            raise MissingExtraError("this model", "torch") from error
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]

    def dimension(self) -> int:
        """The length of the vectors, read without the weights."""
        return vector_dimension(self.spec, self.layer, self.pooling)

    def preprocess(self) -> Preprocess:
        """What an image goes through in front of the model."""
        return preprocess_of(self.spec)

    def module(self) -> torch.nn.Module:
        """The network with its weights, read anew."""
        network = with_layer(load_timm(self.spec), self.layer, self.pooling)
        projection = projection_of(self.spec, self.layer, self.pooling)
        return network if projection is None else projection.behind(network)
