"""Models of the Chronos family, run by its own library. The only module that imports it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from towhee.errors import MissingExtraError, WeightsError
from towhee.models.transformers.equal_shapes import in_equal_shapes
from towhee.models.transformers.importing import quiet_transformers
from towhee.models.transformers.loading import loading_errors
from towhee.models.transformers.task_folder import TaskFolder
from towhee.models.vectors import unit_length

if TYPE_CHECKING:
    import torch

Floats = npt.NDArray[np.float32]

_READ = ("encoder.", "input_patch_embedding.", "shared.")  # by what comes in front of forecasting
_SHARED = "encoder.embed_tokens.weight"  # stored once, as shared.weight, or not needed


class ChronosEmbedder:
    """The encoder of a Chronos, Chronos-Bolt or Chronos-2 model, pooled over time.

    Args:
        folder: of the model.
        normalize: whether vectors have unit length.

    Raises:
        MissingExtraError: if ``chronos-forecasting`` is not installed.
        WeightsError: for another model, and for damaged or missing weights.
    """

    def __init__(self, folder: TaskFolder, *, normalize: bool) -> None:
        try:
            import chronos
        except ImportError as error:
            raise MissingExtraError("a Chronos model", folder.extra) from error
        import torch

        if "chronos_config" not in folder.config:
            raise WeightsError(f"{folder.named!r} is no Chronos model: it has no chronos_config")
        with loading_errors(folder.named), quiet_transformers():
            self._pipeline = chronos.BaseChronosPipeline.from_pretrained(
                folder.path,
                device_map=folder.device,
                dtype=torch.float32,
                local_files_only=True,
                trust_remote_code=False,
                use_safetensors=None if folder.trust_pickle else True,
            )
        _check_complete(_inner(self._pipeline), folder)
        self._is_joint = isinstance(self._pipeline, chronos.Chronos2Pipeline)
        self._normalize = normalize

    def results(self, series: Sequence[Floats]) -> list[npt.NDArray[np.float32]]:
        """For each series ``(channels, n) float32`` its vector, ``(d,) float32``.

        Series of one shape go through the model together, so that none is padded.
        """
        import torch

        rows = [{"series": torch.from_numpy(each)} for each in series]
        return in_equal_shapes(rows, lambda batch, _: self._vectors(batch["series"]))

    def _vectors(self, batch: torch.Tensor) -> list[npt.NDArray[np.float32]]:
        import torch

        with torch.inference_mode():
            vectors = self._states(batch).float().mean(dim=(1, 2)).cpu().numpy()
        return list(unit_length(vectors) if self._normalize else vectors)

    def _states(self, batch: torch.Tensor) -> torch.Tensor:
        """What the encoder gives for ``(n, channels, length)``: ``(n, channels, tokens, d)``."""
        import torch

        if self._is_joint:
            of_each, _ = self._pipeline.embed(batch)
            return torch.stack(of_each)
        states: torch.Tensor = self._pipeline.embed(batch.flatten(0, 1))[0]
        return states.reshape(*batch.shape[:2], *states.shape[1:])


# Any: the library's models have no type of their own to offer before it is imported.
def _inner(pipeline: Any) -> Any:
    """The network of transformers inside a pipeline."""
    return getattr(pipeline.model, "model", pipeline.model)


def _check_complete(model: Any, folder: TaskFolder) -> None:
    """Raise ``WeightsError`` if weights of the encoder are missing, which would be random."""
    from safetensors import safe_open

    files = sorted(folder.path.glob("*.safetensors"))
    if not files:  # a pickle that is trusted
        return
    stored: set[str] = set()
    for file in files:
        with safe_open(file, framework="np") as opened:
            stored |= set(opened.keys())
    needed = {name for name in model.state_dict() if name.startswith(_READ)} - {_SHARED}
    lacking = sorted(needed - stored)
    if lacking:
        raise WeightsError(
            f"{folder.named!r} does not hold the weights of {type(model).__name__}: it lacks "
            f"{len(lacking)}, {lacking[0]} among them"
        )
