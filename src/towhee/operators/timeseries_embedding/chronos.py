"""``timeseries_embedding.chronos``: time series to vectors with a Chronos model."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from towhee.models.known_model import KnownModel
from towhee.operators.task_operator import TaskOperator
from towhee.operators.timeseries_embedding.series import as_series, z_normalized

if TYPE_CHECKING:
    from towhee.models.timeseries.chronos_embedder import ChronosEmbedder
    from towhee.models.transformers.task_folder import TaskFolder

_LEAST_STEPS = 2


class ChronosTimeseriesEmbedding(TaskOperator[Any, npt.NDArray[np.float32], "ChronosEmbedder"]):
    """Embed time series with the encoder of a Chronos, Chronos-Bolt or Chronos-2 model.

    A value is a list or an array of numbers ``(n,)``, several channels as ``(channels, n)``, a
    pandas Series, or a DataFrame with a column for each channel. Of a longer series than the model
    reads, the newest part counts. The vector is the mean over time and channels; Chronos-2 sees the
    channels of a series together, the others one by one.

    Args:
        model_name: a model of the Hub, ``"owner/name"``.
        z_normalize: take each channel to mean 0 and standard deviation 1 first. The models scale
            series themselves, those of the first generation without taking the mean away.
        normalize: whether vectors have unit length, so that the inner product is the cosine.
        checkpoint: a folder as transformers saves it, in place of ``model_name``.
        trust_pickle: load weights in the folder that can run code.
        device: ``"auto"`` for a CUDA GPU if there is one and the CPU otherwise, or ``"cpu"``,
            ``"cuda"``, ``"cuda:1"``, ``"mps"``.
        batch_size: series that the model gets at once; found by measuring if not given.

    Raises:
        UsageError: for arguments that cannot be.
        WeightsError: if files are absent, damaged, pickled, or of another model.

    Example:
        >>> embed = ChronosTimeseriesEmbedding()  # doctest: +SKIP
        >>> embed(np.sin(np.arange(300) / 10)).shape  # doctest: +SKIP
        (512,)

    Source: Ansari et al., 2024, https://arxiv.org/abs/2403.07815
    """

    task = "time series"
    extra = "timeseries"
    models = {
        "amazon/chronos-bolt-small": KnownModel(dimension=512, license="apache-2.0", megabytes=191),
        "amazon/chronos-bolt-tiny": KnownModel(dimension=256, license="apache-2.0", megabytes=35),
        "amazon/chronos-bolt-mini": KnownModel(dimension=384, license="apache-2.0", megabytes=85),
        "amazon/chronos-bolt-base": KnownModel(dimension=768, license="apache-2.0", megabytes=821),
        "amazon/chronos-2": KnownModel(dimension=768, license="apache-2.0", megabytes=478),
        "amazon/chronos-t5-tiny": KnownModel(dimension=256, license="apache-2.0", megabytes=34),
        "amazon/chronos-t5-small": KnownModel(dimension=512, license="apache-2.0", megabytes=185),
        "amazon/chronos-t5-base": KnownModel(dimension=768, license="apache-2.0", megabytes=806),
    }

    def __init__(
        self,
        model_name: str = "amazon/chronos-bolt-small",
        *,
        z_normalize: bool = False,
        normalize: bool = True,
        checkpoint: str | os.PathLike[str] | None = None,
        trust_pickle: bool = False,
        device: str = "auto",
        batch_size: int | None = None,
    ) -> None:
        super().__init__(
            model_name,
            checkpoint=checkpoint,
            trust_pickle=trust_pickle,
            device=device,
            batch_size=batch_size,
        )
        self._z_normalize, self._normalize = z_normalize, normalize

    def loaded(self, folder: TaskFolder) -> ChronosEmbedder:
        """The model, read from its folder."""
        from towhee.models.timeseries.chronos_embedder import ChronosEmbedder

        return ChronosEmbedder(folder, normalize=self._normalize)

    def prepare(self, value: Any) -> npt.NDArray[np.float32]:
        """The series as ``(channels, n) float32``.

        Raises:
            DataError: for what is no series, or one with gaps or too few steps.
        """
        series = as_series(value, at_least=_LEAST_STEPS)
        return (z_normalized(series) if self._z_normalize else series).astype(np.float32)
