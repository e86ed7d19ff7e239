"""What the operators have in common whose network hears the waveform itself."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from towhee.errors import UsageError
from towhee.models.known_model import KnownModel
from towhee.models.model_source import model_source
from towhee.models.run_conditions import RunConditions
from towhee.operators.audio_embedding.sound_operator import SoundOperator

if TYPE_CHECKING:
    from towhee.models.audio.waveform_network import WaveformNetwork


class WaveformOperator(SoundOperator["WaveformNetwork"]):
    """Vectors of sounds, the mean over time of a layer's output.

    Sounds of unequal length are computed one by one: several of these networks look at the
    silence that padding would add, and give other vectors for it.

    Args:
        model_name: as users write it.
        known: the models that the operator lists.
        kind: the class of the model in transformers.
        layer: whose output to take, the last if ``None``.
        The others are those of the operators.
    """

    def __init__(
        self,
        model_name: str,
        known: Mapping[str, KnownModel],
        kind: str,
        *,
        layer: int | None,
        long_sounds: str,
        normalize: bool,
        conditions: RunConditions,
        calibration: Sequence[Any],
        checkpoint: str | os.PathLike[str] | None,
        trust_pickle: bool,
    ) -> None:
        if layer is not None and (isinstance(layer, bool) or not isinstance(layer, int)):
            raise UsageError(f"layer is the number of a layer, not {layer!r}")
        if layer is not None and layer < 0:
            raise UsageError(f"layer is a number from 0 on, not {layer}")
        self._source = model_source(
            model_name, known=known, checkpoint=checkpoint, trust_pickle=trust_pickle
        )
        self._kind, self._layer = kind, layer
        super().__init__(
            self._source.name,
            conditions,
            normalize=normalize,
            calibration=calibration,
            long_sounds=long_sounds,
        )

    @property
    def dimension(self) -> int:
        """The length of the vectors; a listed model's is known, others say it in their files."""
        return self.dimension_of(
            self._source,
            lambda config: config.hidden_size,
            None if self._layer is None else str(self._layer),
        )

    def network(self) -> WaveformNetwork:
        """The model, read from its folder, the cache or the Hub."""
        from towhee.models.audio.waveform_network import WaveformNetwork

        make = partial(WaveformNetwork, self._source, self._kind, layer=self._layer)
        return self.compared_on_calibration(make)
