"""``audio_embedding.wav2vec2``: speech to vectors with wav2vec 2.0."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from towhee.models.known_model import KnownModel
from towhee.models.run_conditions import RunConditions
from towhee.operators.audio_embedding.waveform_operator import WaveformOperator

WAV2VEC2 = "facebook/wav2vec2-base-960h"
WAV2VEC2_MODELS = {
    WAV2VEC2: KnownModel(
        revision="22aad52d435eb6dbaf354bdad9b0da84ce7d6156",
        dimension=768,
        license="apache-2.0",
        megabytes=378,
    )
}


class Wav2Vec2AudioEmbedding(WaveformOperator):
    """Embed speech with wav2vec 2.0, or a model of its kind (HuBERT, WavLM, XLS-R).

    A value is an ``AudioFrame``, a list of them, or ``(array, sample_rate)``, of any rate and
    number of channels. The vector is the mean over time.

    Args:
        model_name: ``"facebook/wav2vec2-base-960h"``, or any repository of the Hub in its format.
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
        >>> embed = Wav2Vec2AudioEmbedding()  # doctest: +SKIP
        >>> embed((np.zeros(16000, np.float32), 16000)).shape  # doctest: +SKIP
        (768,)

    Source: Baevski et al., 2020, https://arxiv.org/abs/2006.11477
    """

    extra = "audio-models"
    models = WAV2VEC2_MODELS

    def __init__(
        self,
        model_name: str = WAV2VEC2,
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
            WAV2VEC2_MODELS,
            "AutoModel",
            layer=layer,
            long_sounds=long_sounds,
            normalize=normalize,
            conditions=RunConditions(device, backend, precision, fidelity),
            calibration=calibration,
            checkpoint=checkpoint,
            trust_pickle=trust_pickle,
        )
