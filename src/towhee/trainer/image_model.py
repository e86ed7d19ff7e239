"""The timm model behind an operator's reference, as training takes it."""

from __future__ import annotations

import inspect
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from towhee.errors import UsageError
from towhee.models.preprocess import Preprocess
from towhee.models.projection import projection_of
from towhee.models.spec import ModelSpec
from towhee.models.timm_models import preprocess_of, repository_spec, resolved
from towhee.models.timm_network import load_timm
from towhee.operators.base import OperatorRef
from towhee.operators.image_embedding.timm import TimmImageEmbedding

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True, slots=True)
class ImageModel:
    """What an operator embeds images with.

    Attributes:
        ref: the operator.
        spec: which model, with which weights.
        layer: whose output is taken.
        pooling: over positions.
    """

    ref: OperatorRef
    spec: ModelSpec
    layer: str | None
    pooling: str | None

    @classmethod
    def of(cls, ref: OperatorRef) -> ImageModel:
        """The model of an operator.

        Raises:
            UsageError: for an operator that cannot be trained.
        """
        target = ref.resolve()
        if not (isinstance(target, type) and issubclass(target, TimmImageEmbedding)):
            raise UsageError(
                f"{ref.name} cannot be trained on images with labels; image_embedding.timm can"
            )
        given = inspect.signature(target).bind(*ref.args, **dict(ref.kwargs)).arguments
        # What it was made of says the rest: names are resolved, and folders read, by the operator.
        made = target(*ref.args, **dict(ref.kwargs))
        spec = made.spec
        known = repository_spec(spec) if spec.source == "hub" else resolved(spec)
        known = replace(known, location=spec.location or known.location)
        return cls(ref, known, given.get("layer"), given.get("pooling"))

    @property
    def preprocess(self) -> Preprocess:
        """What an image goes through, in training without augmentation and where it is served."""
        return preprocess_of(self.spec)

    @property
    def features(self) -> OperatorRef:
        """The operator whose vectors keep their lengths, which is what a projection is put on."""
        return self._with(normalize=False)

    def positions(self, layer: str) -> OperatorRef:
        """The operator that gives all of a layer's output, laid side by side."""
        return self._with(layer=layer, pooling="none", normalize=False)

    def trained(self, folder: Path) -> OperatorRef:
        """The operator with what a folder holds in place of its weights."""
        ref = self._with(model_name=self.spec.architecture, checkpoint=str(folder.resolve()))
        kept = tuple(
            (name, value)
            for name, value in ref.kwargs
            if name not in ("pretrained", "trust_pickle")
        )
        return replace(ref, kwargs=kept)

    def load(self) -> tuple[Any, torch.nn.Linear | None]:
        """The network without classifier, and the projection that it was trained with before.

        Any: models of timm have methods that torch's type does not.

        Raises:
            WeightsError: if weights are absent, damaged, or of another model.
        """
        import torch

        model = load_timm(self.spec)
        known = projection_of(self.spec, self.layer, self.pooling)
        if known is None:
            return model, None
        linear = known.behind(torch.nn.Identity())[1]  # type: ignore[index]  # a Sequential
        return model, linear

    def _with(self, **changes: Any) -> OperatorRef:
        bound = inspect.signature(self.ref.resolve()).bind(*self.ref.args, **dict(self.ref.kwargs))
        return replace(self.ref, args=(), kwargs=tuple(sorted((bound.arguments | changes).items())))
