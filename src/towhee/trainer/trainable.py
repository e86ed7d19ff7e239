"""What training needs of the model behind an operator, of whatever kind it is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from towhee.operators.base import OperatorRef
from towhee.trainer.data import TrainingData

if TYPE_CHECKING:
    from collections.abc import Sequence

    import PIL.Image
    import torch

    from towhee.trainer.task import Learned
    from towhee.trainer.trunk import Cut


@dataclass(frozen=True, slots=True)
class Abilities:
    """What can be asked of a kind of model; the defaults are those of images.

    Attributes:
        unit: what its samples are called, in the plural.
        methods: by which it can be trained.
        augments: how much its samples can be changed in training.
        light: why a light change leaves a sample what it is.
        mixes: whether two samples can be mixed into one.
        from_scratch: whether its network has no weights yet that anything was learned with.
        rates: learning rates by method, where those of images do not suit it.
    """

    unit: str = "images"
    methods: tuple[str, ...] = ("linear_probe", "lora", "partial", "full")
    augments: tuple[str, ...] = ("none", "light", "strong")
    light: str = "crops and mirroring never change what is shown"
    mixes: bool = True
    from_scratch: bool = False
    rates: Sequence[tuple[str, float]] = ()


@dataclass(frozen=True, slots=True)
class About:
    """What a model card says of a model whatever it was trained on.

    Attributes:
        name: of the model, with its weights.
        license: of the weights that a training begins with.
        library: that reads its folder.
        tags: of its card.
    """

    name: str
    license: str | None
    library: str
    tags: tuple[str, ...]


class Rows(Protocol):
    """Samples as a network takes them, by ``(epoch, place)``.

    The same epoch, place and seed give the same, in whichever process and after whatever: that is
    what makes a resumed training the same.
    """

    in_memory: bool
    """Whether they are at hand, so that no process has to read them."""

    def __len__(self) -> int: ...

    def __getitem__(self, index: tuple[int, int]) -> tuple[Any, int] | str:
        """What the network takes, and the label; the message of a sample not to be read."""
        ...

    def collate(self, samples: list[Any]) -> tuple[Any, Any, list[str]]:
        """A batch for the network's one argument, labels ``(n,) int64``, and the messages.

        The first two are ``None`` where no sample of a batch could be read.
        """
        ...


class Trainable(Protocol):
    """The model behind an operator; one implementation for each kind, in ``trainer/models``.

    A network is what ``load`` gives: its own weights are what training changes. ``vectors`` makes
    of it what gives the vectors of ``features`` for a batch of rows.
    """

    @property
    def ref(self) -> OperatorRef:
        """The operator."""
        ...

    @property
    def about(self) -> About:
        """What its card says."""
        ...

    @property
    def abilities(self) -> Abilities:
        """What can be asked of it."""
        ...

    @property
    def features(self) -> OperatorRef:
        """The operator whose vectors keep their lengths, which is what a projection is put on."""
        ...

    def trained(self, folder: Path) -> OperatorRef:
        """The operator with what a folder holds in place of its weights."""
        ...

    def sample(self, data: TrainingData, place: int) -> Any:
        """A sample as the operator gets it when it is served.

        Raises:
            DataError: for what cannot be read; it names the sample.
        """
        ...

    def is_prepared(self, data: TrainingData) -> bool:
        """Whether the transform of the data has done the network's own preparation."""
        ...

    def load(self) -> tuple[Any, torch.nn.Linear | None]:
        """The network without classifier, and the projection that it was trained with before.

        Raises:
            WeightsError: if weights are absent, damaged, or of another model.
        """
        ...

    def vectors(self, network: Any) -> torch.nn.Module:
        """What gives vectors ``(n, d)`` for the inputs of a batch, without the projection."""
        ...

    def stages(self, network: Any) -> list[list[Any]]:
        """The parameters of each stage of the network, the first in front."""
        ...

    def cut(self, network: Any, data: TrainingData) -> Cut | None:
        """The network cut behind what is frozen; ``None`` where all of it has to run."""
        ...

    def positions(self, layer: str) -> OperatorRef:
        """The operator that gives all of a layer's output; of models that can be cut."""
        ...

    def training_rows(self, data: TrainingData, augment: str, seed: int) -> Rows:
        """Samples as the network takes them in training."""
        ...

    def serving_rows(self, data: TrainingData) -> Rows:
        """Samples as the network takes them where it is served."""
        ...

    def takes_classifier(self, network: Any, classifier: torch.nn.Linear) -> bool:
        """Whether a classifier of its features has a place in the folder."""
        ...

    def write(self, folder: Path, learned: Learned, classes: Sequence[str]) -> None:
        """Write the folder that the operator takes as ``checkpoint``, whole or not at all.

        Raises:
            TrainingError: if it cannot be written.
        """
        ...

    def picture(self, data: TrainingData, place: int) -> PIL.Image.Image | None:
        """A small picture of a sample for the report; none where there is nothing to see."""
        ...

    def heatmap(self, ref: OperatorRef, data: TrainingData, place: int) -> PIL.Image.Image | None:
        """What the operator looks at in a sample; none of what cannot be asked."""
        ...
