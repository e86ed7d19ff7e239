"""The timm model behind an operator's reference, as training takes it."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from towhee.models.layers import with_layer
from towhee.models.preprocess import Preprocess
from towhee.models.projection import projection_of
from towhee.models.spec import ModelSpec
from towhee.models.timm_models import import_timm, preprocess_of, repository_spec, resolved
from towhee.models.timm_network import load_timm
from towhee.operators.base import OperatorRef
from towhee.trainer.data import TrainingData
from towhee.trainer.image_values import (
    TrainingImages,
    gives_tensors,
    sample_heatmap,
    sample_picture,
    serving_image,
)
from towhee.trainer.models.image_folder import write_timm
from towhee.trainer.trainable import Abilities, About
from towhee.trainer.trained_folder import whole_folder, write_labels, write_projection
from towhee.trainer.trunk import Cut, cut_network
from towhee.types import Image

if TYPE_CHECKING:
    import PIL.Image
    import torch

    from towhee.trainer.task import Learned


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
        """The model of an operator of timm."""
        target: Any = ref.resolve()
        given = inspect.signature(target).bind(*ref.args, **dict(ref.kwargs)).arguments
        # What it was made of says the rest: names are resolved, and folders read, by the operator.
        made = target(*ref.args, **dict(ref.kwargs))
        spec = made.spec
        known = repository_spec(spec) if spec.source == "hub" else resolved(spec)
        known = replace(known, location=spec.location or known.location)
        return cls(ref, known, given.get("layer"), given.get("pooling"))

    @property
    def about(self) -> About:
        """What its card says."""
        tags = ("image-feature-extraction",)
        return About(self.spec.full_name, self.spec.license, "timm", tags)

    @property
    def abilities(self) -> Abilities:
        """Everything that can be done with images."""
        return Abilities()

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

    def vectors(self, network: Any) -> torch.nn.Module:
        """The network, or that of its layer, pooled."""
        return with_layer(network, self.layer, self.pooling)

    def stages(self, network: Any) -> list[list[Any]]:
        """The parameters of each stage, the first in front."""
        return timm_stages(network)

    def cut(self, network: Any, data: TrainingData) -> Cut | None:
        """The network cut behind its last stage that is frozen, if it can be cut there."""
        if self.layer is not None or gives_tensors(data):
            return None
        return cut_network(network, self.preprocess.input_size)

    def sample(self, data: TrainingData, place: int) -> Image:
        """A sample as the operator gets it: an image, without what a transform did for networks."""
        return serving_image(data, place)

    def is_prepared(self, data: TrainingData) -> bool:
        """Whether the transform gives tensors."""
        return gives_tensors(data)

    def training_rows(self, data: TrainingData, augment: str, seed: int) -> TrainingImages:
        """Pixels, changed at random."""
        return TrainingImages(data, self.preprocess, augment, seed)

    def serving_rows(self, data: TrainingData) -> TrainingImages:
        """Pixels by the operator's own preparation."""
        return TrainingImages(data, self.preprocess, "none")

    def takes_classifier(self, network: Any, classifier: torch.nn.Linear) -> bool:
        """Whether it is one of the features that timm puts its own on."""
        is_own = self.layer is None and self.pooling is None
        width = getattr(network, "head_hidden_size", None) or getattr(network, "num_features", None)
        return is_own and classifier.in_features == width

    def write(self, folder: Path, learned: Learned, classes: Sequence[str]) -> None:
        """Write a model folder that timm reads, and ``checkpoint=`` of the same operator."""
        with whole_folder(folder) as inside:
            write_timm(
                inside, learned.model, self.preprocess, learned.classifier, self.spec.license
            )
            write_projection(inside, learned.projection, (self.layer, self.pooling))
            write_labels(inside, classes)

    def picture(self, data: TrainingData, place: int) -> PIL.Image.Image | None:
        """The image, made small."""
        return sample_picture(data, place)

    def heatmap(self, ref: OperatorRef, data: TrainingData, place: int) -> PIL.Image.Image | None:
        """What the trained model looks at."""
        return sample_heatmap(ref, data, place)

    def _with(self, **changes: Any) -> OperatorRef:
        bound = inspect.signature(self.ref.resolve()).bind(*self.ref.args, **dict(self.ref.kwargs))
        return replace(self.ref, args=(), kwargs=tuple(sorted((bound.arguments | changes).items())))


def timm_stages(network: Any) -> list[list[Any]]:
    """The parameters of each stage, as timm divides its models, the first in front."""
    import_timm()
    from timm.models._manipulate import group_parameters

    names = group_parameters(network, network.group_matcher(coarse=True))
    return [[network.get_parameter(name) for name in names[stage]] for stage in sorted(names)]
