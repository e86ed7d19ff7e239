"""``audio_embedding.data2vec``: speech to vectors with data2vec."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from towhee.models.known_model import KnownModel
from towhee.models.run_conditions import RunConditions
from towhee.operators.audio_embedding.waveform_operator import WaveformOperator

DATA2VEC = "facebook/data2vec-audio-base-960h"
DATA2VEC_MODELS = {
    DATA2VEC: KnownModel(
        dimension=768,
        license="apache-2.0",
        megabytes=373,
    )
}


class Data2VecAudioEmbedding(WaveformOperator):
    """Embed speech with data2vec.

    A value is an ``AudioFrame``, a list of them, or ``(array, sample_rate)``, of any rate and
    number of channels. The vector is the mean over time.

    Args:
        model_name: ``"facebook/data2vec-audio-base-960h"``, or any repository of the Hub in its
            format.
        layer: whose output to take, 0 for what goes into the first; the last if not given. Layers
            in the middle often tell speakers and sounds apart better than the last.
        long_sounds: of sounds longer than half a minute, ``"average"`` takes the mean of the
            vectors of windows of that length, and ``"cut"`` the first window.
        normalize: whether vectors have unit length, so that the inner product is the cosine.
        device: ``"auto"`` for a CUDA GPU if there is one and the CPU otherwise, or ``"cpu"``,
            ``"cuda"``, ``"cuda:1"``, ``"mps"``.
        backend: ``"torch"``, ``"onnxruntime"`` or ``"openvino"``; ``"auto"`` measures those that
            are installed, once for each model and machine, and takes the fastest whose vectors
            agree with torch's in float32.
        precision: ``"float32"``, ``"bfloat16"``, ``"float16"`` or ``"int8"``; ``"auto"`` for the
            fastest that agrees. ``"int8"`` is taken only if it is asked for by name, or if there
            is ``calibration``.
        fidelity: the least cosine of any vector to that of torch in float32.
        calibration: sounds of your own kind and of one length, on which backends are compared
            and int8 is calibrated; computed ones if not given.
        checkpoint: a folder as transformers saves it, in place of ``model_name``.
        trust_pickle: load weights in the folder that can run code.

    Raises:
        UsageError: for arguments that cannot be, and a device that is not there.
        WeightsError: if weights are absent, damaged, of another model, or pickled.
        DataError: for what is no sound, or too short.

    Example:
        >>> embed = Data2VecAudioEmbedding()  # doctest: +SKIP
        >>> embed((np.zeros(16000, np.float32), 16000)).shape  # doctest: +SKIP
        (768,)

    Source: Baevski et al., 2022, https://arxiv.org/abs/2202.03555
    """

    extra = "audio-models"
    models = DATA2VEC_MODELS

    def __init__(
        self,
        model_name: str = DATA2VEC,
        *,
        layer: int | None = None,
        long_sounds: str = "average",
        normalize: bool = True,
        device: str = "auto",
        backend: str = "auto",
        precision: str = "auto",
        fidelity: float = 0.999,
        calibration: Sequence[Any] = (),
        checkpoint: str | os.PathLike[str] | None = None,
        trust_pickle: bool = False,
    ) -> None:
        super().__init__(
            model_name,
            DATA2VEC_MODELS,
            "Data2VecAudioModel",
            layer=layer,
            long_sounds=long_sounds,
            normalize=normalize,
            conditions=RunConditions(device, backend, precision, fidelity),
            calibration=calibration,
            checkpoint=checkpoint,
            trust_pickle=trust_pickle,
        )
