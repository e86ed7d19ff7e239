"""The Audio Spectrogram Transformer of transformers, as every backend can be made from it."""

from __future__ import annotations

import warnings
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from towhee.models.audio.sound_network import SoundNetwork
from towhee.models.audio.spectrum import Samples
from towhee.models.transformers.loading import load_processor

if TYPE_CHECKING:
    import torch

_FRAME_SECONDS, _HOP_SECONDS = 0.025, 0.010  # of its extractor, which has no setting for them


class AstNetwork(SoundNetwork):
    """Vectors ``(n, d)`` for spectrograms ``(n, frames, bands) float32``."""

    @cached_property
    # Any: transformers is imported when it is used, and so are its types.
    def _extractor(self) -> Any:
        with warnings.catch_warnings():
            # Its lowest bands are narrower than a bin, and empty; so they were in training.
            warnings.filterwarnings("ignore", "At least one mel filter has all zero values")
            return load_processor("ASTFeatureExtractor", self.folder)

    @property
    def sample_rate(self) -> int:
        """Of the sounds that it takes, in hertz."""
        return int(self._extractor.sampling_rate)

    @property
    def window(self) -> int:
        """The samples that fill its spectrogram: a little over 10 seconds."""
        hops = int(self._extractor.max_length) - 1
        return self.least + hops * round(_HOP_SECONDS * self.sample_rate)

    @property
    def least(self) -> int:
        """The samples of one frame."""
        return round(_FRAME_SECONDS * self.sample_rate)

    def features(self, samples: Samples) -> npt.NDArray[np.float32]:
        """The spectrogram, by the model's own extractor, ``(frames, bands) float32``."""
        made = self._extractor(samples, sampling_rate=self.sample_rate, return_tensors="np")
        spectrogram: npt.NDArray[np.float32] = made["input_values"][0].astype(np.float32)
        return spectrogram

    # Any: as above.
    def whole_model(self, module: Any) -> Any:
        """The transformer."""
        return module.transformer

    def read_module(self) -> torch.nn.Module:
        """The transformer; its vector is the mean of its two classification tokens."""
        return _pooled(self.pretrained("ASTModel"))


# Any: transformers is imported when it is used, and so are its types.
def _pooled(transformer: Any) -> torch.nn.Module:
    import torch

    class Pooled(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.transformer = transformer

        def forward(self, features: torch.Tensor) -> torch.Tensor:
            vectors: torch.Tensor = self.transformer(features).pooler_output
            return vectors

    return Pooled().eval()
