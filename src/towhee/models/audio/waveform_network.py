"""Networks of transformers that hear the waveform itself: wav2vec 2.0 and its kin."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from towhee.errors import UsageError
from towhee.models.audio.sound_network import SoundNetwork
from towhee.models.audio.spectrum import Samples
from towhee.models.model_source import ModelSource
from towhee.models.transformers.config import load_config
from towhee.models.transformers.loading import load_processor

if TYPE_CHECKING:
    import torch

_WINDOW_SECONDS = 30  # attention costs the square of the length
_ONLY_FOR_TRAINING = ("masked_spec_embed",)


class WaveformNetwork(SoundNetwork):
    """Vectors ``(n, d)`` for waveforms ``(n, length) float32``: a layer's mean over time.

    Args:
        source: which model; its files may be downloaded.
        kind: its class in transformers.
        layer: whose output to take, 0 for what goes into the first; the last if ``None``.
        sounds: on which backends are compared; the sample sounds if there are none.

    Raises:
        UsageError: if there is no such layer.
    """

    axes = ("n", "length")

    def __init__(
        self,
        source: ModelSource,
        kind: str,
        *,
        layer: int | None = None,
        sounds: Sequence[Samples] = (),
    ) -> None:
        super().__init__(source, sounds=sounds)
        self._kind, self._layer = kind, layer
        self._config = load_config(self.folder)
        layers = int(self._config.num_hidden_layers)
        if layer is not None and layer > layers:
            raise UsageError(f"{self.name} has the layers 0 to {layers}, not {layer}")

    def unloaded(self) -> WaveformNetwork:
        """The same model with nothing of it in memory."""
        return WaveformNetwork(self.source, self._kind, layer=self._layer, sounds=self._sounds)

    @property
    def layer_name(self) -> str | None:
        """The number of the layer, if one was named."""
        return None if self._layer is None else str(self._layer)

    # Any: as below.
    def whole_model(self, module: Any) -> Any:
        """The network without the mean over time."""
        return module.model

    def settings(self) -> tuple[str, ...]:
        """The class and the layer."""
        return self._kind, str(self._layer)

    @cached_property
    # Any: transformers is imported when it is used, and so are its types.
    def _extractor(self) -> Any:
        return load_processor("Wav2Vec2FeatureExtractor", self.folder)

    @property
    def sample_rate(self) -> int:
        """Of the sounds that it takes, in hertz."""
        return int(self._extractor.sampling_rate)

    @property
    def window(self) -> int:
        """The samples of half a minute."""
        return _WINDOW_SECONDS * self.sample_rate

    @cached_property
    def least(self) -> int:
        """The samples from which its convolutions make one step."""
        samples = 1
        strides = zip(self._config.conv_kernel, self._config.conv_stride, strict=True)
        for kernel, stride in reversed(list(strides)):
            samples = (samples - 1) * stride + kernel
        return int(samples)

    def features(self, samples: Samples) -> npt.NDArray[np.float32]:
        """The waveform as the model's own extractor scales it, ``(length,) float32``."""
        made = self._extractor(samples, sampling_rate=self.sample_rate, return_tensors="np")
        waveform: npt.NDArray[np.float32] = made["input_values"][0].astype(np.float32)
        return waveform

    def read_module(self) -> torch.nn.Module:
        """The network up to the layer, and the mean over time."""
        model = self.pretrained(self._kind, may_lack=_ONLY_FOR_TRAINING)
        return _mean_over_time(model, self._layer)


# Any: transformers is imported when it is used, and so are its types.
def _mean_over_time(model: Any, layer: int | None) -> torch.nn.Module:
    import torch

    class MeanOverTime(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, features: torch.Tensor) -> torch.Tensor:
            told = self.model(features, output_hidden_states=layer is not None)
            states = told.last_hidden_state if layer is None else told.hidden_states[layer]
            mean: torch.Tensor = states.mean(dim=1)
            return mean

    return MeanOverTime().eval()
