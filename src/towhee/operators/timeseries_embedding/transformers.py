"""``timeseries_embedding.transformers``: time series to vectors with a model of transformers."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from towhee.models.known_model import KnownModel
from towhee.operators.task_operator import TaskOperator
from towhee.operators.timeseries_embedding.series import as_series, resampled, z_normalized

if TYPE_CHECKING:
    from towhee.models.timeseries.forecaster import Forecaster
    from towhee.models.transformers.task_folder import TaskFolder

_LEAST_STEPS = 8


class TransformersTimeseriesEmbedding(TaskOperator[Any, npt.NDArray[np.float32], "Forecaster"]):
    """Embed time series with TimesFM, PatchTST or PatchTSMixer.

    A value is a list or an array of numbers ``(n,)``, several channels as ``(channels, n)``, a
    pandas Series, or a DataFrame with a column for each channel. The vector is the mean of what the
    network makes of it, over time and channels.

    TimesFM takes series of any length, of which the newest part counts, and each channel by itself.
    PatchTST and PatchTSMixer take the channels that they were trained on, at one length; series of
    another length are drawn with straight lines and read at so many moments.

    Args:
        model_name: a model of the Hub, ``"owner/name"``.
        z_normalize: take each channel to mean 0 and standard deviation 1 first.
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
        >>> embed = TransformersTimeseriesEmbedding()  # doctest: +SKIP
        >>> embed(np.sin(np.arange(300) / 10)).shape  # doctest: +SKIP
        (1280,)

    Source: Das et al., 2024, https://arxiv.org/abs/2310.10688; Nie et al., 2023,
    https://arxiv.org/abs/2211.14730; Ekambaram et al., 2023, https://arxiv.org/abs/2306.09364
    """

    task = "time series"
    extra = "transformers"
    models = {
        "google/timesfm-2.5-200m-transformers": KnownModel(
            dimension=1280, license="apache-2.0", megabytes=925
        ),
        "google/timesfm-2.0-500m-pytorch": KnownModel(
            dimension=1280, license="apache-2.0", megabytes=1994
        ),
        "ibm-granite/granite-timeseries-patchtst": KnownModel(
            dimension=128, license="apache-2.0", megabytes=3
        ),
        "ibm-granite/granite-timeseries-patchtsmixer": KnownModel(
            license="apache-2.0", megabytes=2
        ),
    }

    def __init__(
        self,
        model_name: str = "google/timesfm-2.5-200m-transformers",
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

    def loaded(self, folder: TaskFolder) -> Forecaster:
        """The model, read from its folder."""
        from towhee.models.timeseries.forecaster import Forecaster

        return Forecaster(folder, normalize=self._normalize)

    def prepare(self, value: Any) -> npt.NDArray[np.float32]:
        """The series as the network takes it, ``(channels, n) float32``.

        Raises:
            DataError: for what is no series, or one with gaps, too few steps, or other channels.
        """
        series = as_series(value, at_least=_LEAST_STEPS)
        series = z_normalized(series) if self._z_normalize else series
        length = self.running.fixed_length
        return self.running.prepared(series if length is None else resampled(series, length))
