"""The model behind ``audio_embedding.mfcc``: none at first, then a small network of its own."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from towhee.errors import UsageError, WeightsError
from towhee.models.audio.cepstrum import BANDS
from towhee.models.audio.learned_cepstrum import (
    CEPSTRUM_ENTRY,
    GRAPH_FILE,
    LearnedCepstrum,
    Takes,
)
from towhee.models.audio.outline import WINDOW
from towhee.models.audio.outline_network import outline_network
from towhee.models.checkpoint import CONFIG_FILE, WEIGHTS_FILE
from towhee.models.onnx_export import exported
from towhee.models.projection import CONFIG_ENTRY, folder_projection
from towhee.operators.audio_embedding.mfcc import MfccAudioEmbedding
from towhee.operators.base import OperatorRef
from towhee.trainer.data import TrainingData
from towhee.trainer.outline_rows import OutlineRows
from towhee.trainer.sound_values import serving_sound, sound_picture
from towhee.trainer.trainable import Abilities, About
from towhee.trainer.trained_folder import whole_folder, write_labels, write_projection
from towhee.trainer.trunk import Cut

if TYPE_CHECKING:
    import PIL.Image
    import torch

    from towhee.trainer.task import Learned


@dataclass(frozen=True, slots=True)
class CepstralModel:
    """What ``audio_embedding.mfcc`` computes, and what was learned of it.

    A linear probe projects the operator's own vectors. Training in full makes a network of its
    own, which looks at the outline of the spectrum, from the coefficients of each frame.

    Attributes:
        ref: the operator.
        operator: the same, made.
    """

    ref: OperatorRef
    operator: MfccAudioEmbedding

    @classmethod
    def of(cls, ref: OperatorRef) -> CepstralModel:
        """The model of an operator."""
        made = ref.instantiate()
        assert isinstance(made, MfccAudioEmbedding)
        return cls(ref, made)

    @property
    def about(self) -> About:
        """What its card says."""
        return About("mfcc", None, "towhee", ("audio-feature-extraction",))

    @property
    def abilities(self) -> Abilities:
        """A projection of its vectors, or a network of its own."""
        return Abilities(
            unit="sounds",
            methods=("linear_probe", "full"),
            light="a little faster or slower, and with parts left out, it is the same sound",
            from_scratch=not self._has_network,
        )

    @property
    def features(self) -> OperatorRef:
        """The operator whose vectors keep their lengths."""
        return replace(self.ref, kwargs=_with(self.ref, normalize=False))

    def trained(self, folder: Path) -> OperatorRef:
        """The operator with what a folder holds; its numbers are stated there."""
        kept = tuple(pair for pair in self.ref.kwargs if pair[0] == "normalize")
        checkpoint = ("checkpoint", str(folder.resolve()))
        return replace(self.ref, kwargs=tuple(sorted((*kept, checkpoint))))

    def sample(self, data: TrainingData, place: int) -> Any:
        """A sound, decoded."""
        return serving_sound(data, place)

    def is_prepared(self, data: TrainingData) -> bool:
        """Never: what a transform gives is a sound."""
        return False

    def load(self) -> tuple[Any, torch.nn.Linear | None]:
        """The network, a new one if there is none yet, and the projection learned before."""
        from safetensors import SafetensorError
        from safetensors.torch import load_file

        network = outline_network()
        learned = self.operator.learned
        if learned is None:
            return network, None
        projection = folder_projection(learned.folder, None, None)
        if self._has_network:
            file = learned.folder / WEIGHTS_FILE
            try:
                network.load_state_dict(load_file(file))
            except (OSError, SafetensorError, RuntimeError) as error:
                raise WeightsError(
                    f"{str(file)!r} does not hold the network that was trained: {error}"
                ) from error
        return network.eval(), None if projection is None else projection.linear()

    def vectors(self, network: Any) -> torch.nn.Module:
        """The network, and the mean over the windows of a sound."""
        from towhee.trainer.sound_batches import SoundVectors

        return SoundVectors(network)

    def stages(self, network: Any) -> list[list[Any]]:
        """One: all of it is small."""
        return [list(network.parameters())]

    def cut(self, network: Any, data: TrainingData) -> Cut | None:
        """Nothing of it is frozen."""
        return None

    def positions(self, layer: str) -> OperatorRef:
        """There are none."""
        raise UsageError(f"{self.ref.name} has no layers to name")

    def training_rows(self, data: TrainingData, augment: str, seed: int) -> OutlineRows:
        """A window of each sound, changed at random."""
        return OutlineRows(data, *self._numbers, augment=augment, seed=seed)

    def serving_rows(self, data: TrainingData) -> OutlineRows:
        """All windows of each sound."""
        return OutlineRows(data, *self._numbers)

    def takes_classifier(self, network: Any, classifier: torch.nn.Linear) -> bool:
        """The folder has no place for one."""
        return False

    def write(self, folder: Path, learned: Learned, classes: Sequence[str]) -> None:
        """Write weights to train on from, and the graph that is served."""
        import torch
        from safetensors.torch import save_file

        projection = learned.projection
        # A new network that was not trained itself is none: the projection is of statistics.
        of_statistics = projection is not None and not self._has_network
        parts = [] if of_statistics else [learned.model]
        parts += [] if projection is None else [projection]
        whole = torch.nn.Sequential(*parts).eval()
        width = 2 * self.operator.parts * (self.operator.coefficients - 1)
        shape = (width,) if of_statistics else (WINDOW, BANDS)
        dimension = _dimension(whole, shape)
        takes: Takes = "statistics" if of_statistics else "outline"
        with whole_folder(folder) as inside:
            stated = LearnedCepstrum(
                inside,
                takes,
                self.operator.coefficients,
                self.operator.parts,
                self.operator.sample_rate,
                dimension,
            )
            config = {"model_type": "mfcc", CONFIG_ENTRY: {CEPSTRUM_ENTRY: stated.entry()}}
            (inside / CONFIG_FILE).write_text(json.dumps(config, indent=2), "utf-8")
            if not of_statistics:
                weights = {
                    name: each.contiguous() for name, each in learned.model.state_dict().items()
                }
                save_file(weights, inside / WEIGHTS_FILE)
            write_projection(inside, projection, (None, None))
            (inside / GRAPH_FILE).write_bytes(_graph(whole, shape))
            write_labels(inside, classes)

    def picture(self, data: TrainingData, place: int) -> PIL.Image.Image | None:
        """The sound's spectrum over time."""
        return sound_picture(data, place)

    def heatmap(self, ref: OperatorRef, data: TrainingData, place: int) -> PIL.Image.Image | None:
        """None."""
        return None

    @property
    def _has_network(self) -> bool:
        learned = self.operator.learned
        return learned is not None and learned.takes == "outline"

    @property
    def _numbers(self) -> tuple[int, int]:
        return self.operator.sample_rate, self.operator.coefficients


def _with(ref: OperatorRef, **changes: Any) -> tuple[tuple[str, Any], ...]:
    return tuple(sorted((dict(ref.kwargs) | changes).items()))


def _dimension(network: torch.nn.Module, shape: tuple[int, ...]) -> int:
    import torch

    with torch.inference_mode():
        return int(network(torch.zeros(1, *shape)).shape[1])


def _graph(network: torch.nn.Module, shape: tuple[int, ...]) -> bytes:
    random = np.random.default_rng(0)
    some, others = (random.standard_normal((n, *shape)).astype(np.float32) for n in (2, 3))
    return exported(
        network, (some,), check=(others,), inputs={"features": ("n",)}, name="the trained network"
    )
