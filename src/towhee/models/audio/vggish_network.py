"""VGGish, written out: a VGG over log-mel spectrograms of a second."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from towhee.errors import WeightsError
from towhee.models.audio.sound_network import SoundNetwork
from towhee.models.audio.spectrum import Samples, magnitudes, mel_filters
from towhee.models.transformers.loading import loading_errors

if TYPE_CHECKING:
    import torch

_SAMPLE_RATE = 16000
_FRAME, _HOP, _BINS = 400, 160, 512
_FRAMES, _BANDS = 96, 64
_LOWEST, _HIGHEST = 125, 7500
_LOG_OFFSET = 0.01
_WEIGHTS_FILE = "model.safetensors"
_POSTPROCESSING = "pproc."  # a projection to 8 bits that the published code may put behind
_CONVOLUTIONS = ((0,), (3,), (6, 8), (11, 13))  # their places; a pooling ends each group
_DENSE = (0, 2, 4)


class VggishNetwork(SoundNetwork):
    """Vectors ``(n, 128)`` for log-mel spectrograms ``(n, 96, 64) float32``.

    The weights lie in ``model.safetensors`` under the names that torchvggish gives them.
    """

    sample_rate = _SAMPLE_RATE
    step = _FRAMES * _HOP
    window = step - _HOP + _FRAME
    least = window

    def features(self, samples: Samples) -> npt.NDArray[np.float32]:
        """The logarithm of 64 mel bands in 96 frames, ``(96, 64) float32``."""
        spectrum = magnitudes(samples, frame=_FRAME, hop=_HOP, bins=_BINS)
        filters = mel_filters(
            _BANDS,
            bins=_BINS,
            sample_rate=_SAMPLE_RATE,
            lowest=_LOWEST,
            highest=_HIGHEST,
            scale="htk",
        )
        return np.log(spectrum @ filters + _LOG_OFFSET).astype(np.float32)

    # Any: the network below, whose class is made when torch is there.
    def whole_model(self, module: Any) -> Any:
        """The network itself."""
        return module

    def stages(self, module: Any) -> list[list[Any]]:
        """The layers, one by one."""
        layers = (*module.features, *module.embeddings)
        found = [list(layer.parameters()) for layer in layers]
        return [parameters for parameters in found if parameters]

    def read_module(self) -> torch.nn.Module:
        """The network, as wide as its weights are.

        Raises:
            WeightsError: if they are missing, damaged, or of another network.
        """
        from safetensors.torch import load_file

        file = self.folder / _WEIGHTS_FILE
        if not file.is_file():
            raise WeightsError(f"{str(self.folder)!r} has no {_WEIGHTS_FILE}")
        with loading_errors(str(file)):
            weights = load_file(file)
            network = _network(weights)
            kept = {n: w for n, w in weights.items() if not n.startswith(_POSTPROCESSING)}
            network.load_state_dict(kept)
        return network.eval()


def _network(weights: dict[str, torch.Tensor]) -> torch.nn.Module:
    from torch import nn

    class Vggish(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            layers: list[nn.Module] = []
            for group in _CONVOLUTIONS:
                for place in group:
                    wide, deep = weights[f"features.{place}.weight"].shape[:2]
                    layers += [nn.Conv2d(deep, wide, kernel_size=3, padding=1), nn.ReLU()]
                layers.append(nn.MaxPool2d(kernel_size=2, stride=2))
            self.features = nn.Sequential(*layers)
            dense: list[nn.Module] = []
            for place in _DENSE:
                wide, deep = weights[f"embeddings.{place}.weight"].shape
                dense += [nn.Linear(deep, wide), nn.ReLU()]
            self.embeddings = nn.Sequential(*dense)

        def forward(self, features: torch.Tensor) -> torch.Tensor:
            maps = self.features(features[:, None])
            # Channels last, in the order in which the original lays them side by side.
            vectors: torch.Tensor = self.embeddings(maps.permute(0, 2, 3, 1).flatten(1))
            return vectors

    return Vggish()
