"""``audio_embedding.ast``: sounds to vectors with the Audio Spectrogram Transformer."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from towhee.models.known_model import KnownModel
from towhee.models.model_source import model_source
from towhee.models.run_conditions import RunConditions
from towhee.operators.audio_embedding.sound_operator import SoundOperator

if TYPE_CHECKING:
    from towhee.models.audio.ast_network import AstNetwork

AST = "MIT/ast-finetuned-audioset-10-10-0.4593"
AST_MODELS = {
    AST: KnownModel(
        revision="f826b80d28226b62986cc218e5cec390b1096902",
        dimension=768,
        license="bsd-3-clause",
        megabytes=346,
    )
}


class AstAudioEmbedding(SoundOperator["AstNetwork"]):
    """Embed sounds of every kind with an Audio Spectrogram Transformer of transformers.

    A value is an ``AudioFrame``, a list of them, or ``(array, sample_rate)``, of any rate and
    number of channels. Features are those of the model's own extractor.

    Args:
        model_name: ``"MIT/ast-finetuned-audioset-10-10-0.4593"``, or any repository of the Hub in
            its format.
        long_sounds: of sounds longer than the model hears at once, a little over 10 seconds,
            ``"average"`` takes the mean of the vectors of all windows, and ``"cut"`` the first
            window, as transformers does.
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
        calibration: sounds of your own kind, on which backends are compared and int8 is
            calibrated; computed ones if not given.
        checkpoint: a folder as transformers saves it, in place of ``model_name``.
        trust_pickle: load weights in the folder that can run code.

    Raises:
        UsageError: for arguments that cannot be, and a device that is not there.
        WeightsError: if weights are absent, damaged, of another model, or pickled.
        DataError: for what is no sound, or too short.

    Example:
        >>> embed = AstAudioEmbedding()  # doctest: +SKIP
        >>> embed((np.zeros(16000, np.float32), 16000)).shape  # doctest: +SKIP
        (768,)

    Source: Gong et al., 2021, https://arxiv.org/abs/2104.01778
    """

    extra = "audio-models"
    models = AST_MODELS

    def __init__(
        self,
        model_name: str = AST,
        *,
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
        self._source = model_source(
            model_name, known=AST_MODELS, checkpoint=checkpoint, trust_pickle=trust_pickle
        )
        super().__init__(
            self._source.name,
            RunConditions(device, backend, precision, fidelity),
            normalize=normalize,
            calibration=calibration,
            long_sounds=long_sounds,
        )

    @property
    def dimension(self) -> int:
        """The length of the vectors; a listed model's is known, others say it in their files."""
        return self.dimension_of(self._source, lambda config: config.hidden_size)

    def network(self) -> AstNetwork:
        """The model, read from its folder, the cache or the Hub."""
        from towhee.models.audio.ast_network import AstNetwork

        return self.compared_on_calibration(partial(AstNetwork, self._source))
