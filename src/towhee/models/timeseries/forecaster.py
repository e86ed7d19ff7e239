"""Networks of transformers that were trained to forecast, as encoders of a series."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from towhee.errors import DataError, WeightsError
from towhee.models.transformers.config import load_config
from towhee.models.transformers.equal_shapes import in_equal_shapes
from towhee.models.transformers.loading import load_pretrained
from towhee.models.transformers.task_folder import TaskFolder
from towhee.models.vectors import unit_length

if TYPE_CHECKING:
    import torch

Floats = npt.NDArray[np.float32]

_PATCHES_OF_CHANNELS = ("patchtst", "patchtsmixer")
_KNOWN = (*_PATCHES_OF_CHANNELS, "timesfm", "timesfm2_5")


class Forecaster:
    """What a forecasting network makes of a series in front of its forecast, pooled over time.

    Args:
        folder: of the model.
        normalize: whether vectors have unit length.

    Raises:
        WeightsError: for another model, and for damaged or missing weights.
    """

    def __init__(self, folder: TaskFolder, *, normalize: bool) -> None:
        config = load_config(folder.path)
        if config.model_type not in _KNOWN:
            raise WeightsError(
                f"{folder.named!r} is a {config.model_type}; known are {', '.join(_KNOWN)}"
            )
        network = load_pretrained(
            "AutoModel", folder.path, named=folder.named, trust_pickle=folder.trust_pickle
        )
        if getattr(network, "do_mask_input", False):  # at random, which is for training
            network.do_mask_input = False
        self._network = network.to(folder.device)
        self._config, self._device, self._normalize = config, folder.device, normalize

    @property
    def fixed_length(self) -> int | None:
        """The steps of a series, if the network takes no other number."""
        has_patches = self._config.model_type in _PATCHES_OF_CHANNELS
        return int(self._config.context_length) if has_patches else None

    def prepared(self, series: npt.NDArray[np.float64]) -> Floats:
        """A series ``(channels, n)`` as the network takes it.

        Raises:
            DataError: if the network takes another number of channels.
        """
        if self.fixed_length is None:
            return series[:, -int(self._config.context_length) :].astype(np.float32)
        wanted = self._config.num_input_channels
        if len(series) != wanted:
            raise DataError(
                f"a series of {len(series)} channels came, and the model takes {wanted}, those "
                "that it was trained on"
            )
        return series.astype(np.float32)

    def results(self, series: Sequence[Floats]) -> list[npt.NDArray[np.float32]]:
        """For each series its vector, ``(d,) float32``."""
        import torch

        rows = [{"series": torch.from_numpy(each)} for each in series]
        return in_equal_shapes(rows, lambda batch, _: self._vectors(batch["series"]))

    def _vectors(self, batch: torch.Tensor) -> list[npt.NDArray[np.float32]]:
        import torch

        with torch.inference_mode():
            batch = batch.to(self._device)
            states = self._patched(batch) if self.fixed_length else self._one_by_one(batch)
            vectors = states.float().mean(dim=(1, 2)).cpu().numpy()
        return list(unit_length(vectors) if self._normalize else vectors)

    def _patched(self, batch: torch.Tensor) -> torch.Tensor:
        """``(n, channels, patches, d)`` of a network that sees all channels."""
        states: torch.Tensor = self._network(past_values=batch.transpose(1, 2)).last_hidden_state
        return states

    def _one_by_one(self, batch: torch.Tensor) -> torch.Tensor:
        """The same of a network that sees one channel at a time."""
        import torch

        channels = batch.flatten(0, 1)
        lacking = -channels.shape[1] % self._config.patch_length
        padded = torch.nn.functional.pad(channels, (lacking, 0))
        is_padding = torch.zeros_like(padded, dtype=torch.long)
        is_padding[:, :lacking] = 1
        given = {"past_values": padded, "past_values_padding": is_padding}
        if self._config.model_type == "timesfm":  # 0 stands for days and what is more frequent
            given["freq"] = torch.zeros(len(padded), 1, dtype=torch.long, device=padded.device)
        states: torch.Tensor = self._network(**given).last_hidden_state
        return states.reshape(*batch.shape[:2], *states.shape[1:])
