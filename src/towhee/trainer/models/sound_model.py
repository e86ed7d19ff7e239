"""The network behind an operator that embeds sounds, as training takes it."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from towhee.errors import UsageError
from towhee.operators.audio_embedding.sound_operator import SoundOperator
from towhee.operators.base import OperatorRef
from towhee.trainer.data import TrainingData
from towhee.trainer.sound_rows import SoundRows
from towhee.trainer.sound_values import serving_sound, sound_picture
from towhee.trainer.trainable import Abilities, About
from towhee.trainer.trained_folder import whole_folder, write_labels, write_projection
from towhee.trainer.transformer_stages import transformer_stages
from towhee.trainer.trunk import Cut

if TYPE_CHECKING:
    import PIL.Image
    import torch

    from towhee.models.audio.sound_network import SoundNetwork
    from towhee.trainer.task import Learned


@dataclass(frozen=True, slots=True)
class SoundModel:
    """A network over features of sound: AST, wav2vec 2.0 and its kin, data2vec, CLAP, VGGish.

    Attributes:
        ref: the operator.
        operator: the same, made.
        network: its network, of which no weights are in memory yet.
    """

    ref: OperatorRef
    operator: SoundOperator[Any]
    network: SoundNetwork

    @classmethod
    def of(cls, ref: OperatorRef) -> SoundModel:
        """The model of an operator.

        Raises:
            UsageError: for the tower of texts of CLAP.
            WeightsError: if its files cannot be had.
        """
        from towhee.models.audio.sound_network import SoundNetwork

        made: Any = ref.instantiate()
        network = made.network()
        if not isinstance(network, SoundNetwork):
            raise UsageError(
                f"{ref.name} with modality='text' embeds texts: train it with modality='audio'"
            )
        return cls(ref, made, network)

    @property
    def about(self) -> About:
        """What its card says."""
        known = self.network.source.known
        tags = ("audio-feature-extraction",)
        return About(self.network.name, known.license, "transformers", tags)

    @property
    def abilities(self) -> Abilities:
        """Everything, but for what mixes sounds of unequal length."""
        return Abilities(
            unit="sounds",
            mixes=False,
            light="a little louder or slower it is the same sound",
        )

    @property
    def features(self) -> OperatorRef:
        """The operator whose vectors keep their lengths."""
        return self._with(normalize=False)

    def trained(self, folder: Path) -> OperatorRef:
        """The operator with what a folder holds in place of its weights."""
        ref = self._with(checkpoint=str(folder.resolve()))
        dropped = ("model_name", "trust_pickle")
        return replace(ref, kwargs=tuple(pair for pair in ref.kwargs if pair[0] not in dropped))

    def sample(self, data: TrainingData, place: int) -> Any:
        """A sound, decoded."""
        return serving_sound(data, place)

    def is_prepared(self, data: TrainingData) -> bool:
        """Never: what a transform gives is a sound."""
        return False

    def load(self) -> tuple[Any, torch.nn.Linear | None]:
        """The network, and the projection that it was trained with before."""
        module = self.network.read_module()
        for part in module.modules():
            config: Any = getattr(part, "config", None)
            if hasattr(config, "apply_spec_augment"):
                # wav2vec 2.0 masks parts of what it hears in training, and refuses short sounds;
                # it leaves out layers too, and the one whose output is taken may be missing.
                config.apply_spec_augment, config.layerdrop = False, 0.0
        known = self.network.projection
        return module, None if known is None else known.linear()

    def vectors(self, network: Any) -> torch.nn.Module:
        """The network, and the mean over the windows of a sound."""
        from towhee.trainer.sound_batches import SoundVectors

        return SoundVectors(network)

    def stages(self, network: Any) -> list[list[Any]]:
        """The layers of a transformer, or those of a network of convolutions.

        Layers behind the one whose output is taken are none of them.
        """
        found = self.network.stages(network) or transformer_stages(network)
        layer = self.network.layer_name
        return found if layer is None else found[: int(layer) + 1]

    def cut(self, network: Any, data: TrainingData) -> Cut | None:
        """Nothing: no operator gives what a layer of sounds of any length gives."""
        return None

    def positions(self, layer: str) -> OperatorRef:
        """There are none."""
        raise UsageError(f"{self.ref.name} gives no layer position by position")

    def training_rows(self, data: TrainingData, augment: str, seed: int) -> SoundRows:
        """Features of a window of each sound, changed at random."""
        return SoundRows(data, self.network, self.operator.averages, augment, seed)

    def serving_rows(self, data: TrainingData) -> SoundRows:
        """Features of all windows of each sound."""
        return SoundRows(data, self.network, self.operator.averages)

    def takes_classifier(self, network: Any, classifier: torch.nn.Linear) -> bool:
        """The folder has no place for one."""
        return False

    def write(self, folder: Path, learned: Learned, classes: Sequence[str]) -> None:
        """Write a model folder that transformers reads, and ``checkpoint=`` of the operator."""
        with whole_folder(folder) as inside:
            self.network.save(learned.model, inside)
            write_projection(inside, learned.projection, (self.network.layer_name, None))
            write_labels(inside, classes)

    def picture(self, data: TrainingData, place: int) -> PIL.Image.Image | None:
        """The sound's spectrum over time."""
        return sound_picture(data, place)

    def heatmap(self, ref: OperatorRef, data: TrainingData, place: int) -> PIL.Image.Image | None:
        """None."""
        return None

    def _with(self, **changes: Any) -> OperatorRef:
        bound = inspect.signature(self.ref.resolve()).bind(*self.ref.args, **dict(self.ref.kwargs))
        return replace(self.ref, args=(), kwargs=tuple(sorted((bound.arguments | changes).items())))
