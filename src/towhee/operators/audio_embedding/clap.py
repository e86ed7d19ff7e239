"""``audio_embedding.clap``: sounds and texts to vectors of one space."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from towhee.errors import UsageError
from towhee.models.known_model import KnownModel
from towhee.models.model_source import model_source
from towhee.models.run_conditions import RunConditions
from towhee.models.vectors import unit_length
from towhee.operators.audio_embedding.sound_operator import SoundOperator
from towhee.operators.text_embedding.text import as_text

if TYPE_CHECKING:
    from towhee.models.audio.clap_network import ClapAudioNetwork, ClapTextNetwork
    from towhee.models.backends import Backend

CLAP = "laion/clap-htsat-unfused"
CLAP_MODELS = {
    CLAP: KnownModel(
        revision="refs/pr/3",  # its main branch holds a pickle; this is the same in safetensors
        dimension=512,
        license="apache-2.0",
        megabytes=617,
    )
}
_MODALITIES = ("audio", "text")


# Any: the network of either tower, which have no class in common.
class ClapAudioEmbedding(SoundOperator[Any]):
    """Embed sounds and texts in one space with a CLAP model of transformers.

    The inner product of two vectors says how well a sound and a text, two sounds or two texts go
    together. A sound is an ``AudioFrame``, a list of them, or ``(array, sample_rate)``, of any rate
    and number of channels.

    Args:
        model_name: ``"laion/clap-htsat-unfused"``, or any repository of the Hub with a CLAP model
            in the format of transformers.
        modality: ``"audio"`` for the tower that hears sounds, ``"text"`` for the one that reads
            texts in English.
        long_sounds: of sounds longer than 10 seconds, ``"average"`` takes the mean of the vectors
            of all windows, and ``"cut"`` the first window; transformers takes one by chance.
        normalize: whether vectors have unit length; only averages of this model can have another.
        device: ``"auto"`` for a CUDA GPU if there is one and the CPU otherwise, or ``"cpu"``,
            ``"cuda"``, ``"cuda:1"``, ``"mps"``.
        backend: ``"torch"``, ``"onnxruntime"`` or ``"openvino"``; ``"auto"`` measures those that
            are installed, once for each model and machine, and takes the fastest whose vectors
            agree with torch's in float32.
        precision: ``"float32"``, ``"bfloat16"``, ``"float16"`` or ``"int8"``; ``"auto"`` for the
            fastest that agrees. ``"int8"`` is taken only if it is asked for by name, or if there
            is ``calibration``.
        fidelity: the least cosine of any vector to that of torch in float32.
        calibration: sounds or texts of your own kind, on which backends are compared and int8 is
            calibrated; samples of the package if not given.
        checkpoint: a folder as transformers saves it, in place of ``model_name``.
        trust_pickle: load weights in the folder that can run code.

    Raises:
        UsageError: for arguments that cannot be, and a device that is not there.
        WeightsError: if weights are absent, damaged, of another model, or pickled.
        DataError: for what is no sound, or no text.

    Example:
        >>> sound = ClapAudioEmbedding()  # doctest: +SKIP
        >>> text = ClapAudioEmbedding(modality="text")  # doctest: +SKIP
        >>> float(sound(recording) @ text("a dog that barks"))  # doctest: +SKIP
        0.41

    Source: Wu et al., 2023, https://arxiv.org/abs/2211.06687
    """

    extra = "audio-models"
    models = CLAP_MODELS

    def __init__(
        self,
        model_name: str = CLAP,
        modality: str = "audio",
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
        if modality not in _MODALITIES:
            raise UsageError(f"modality is one of {', '.join(_MODALITIES)}, not {modality!r}")
        self._reads = modality == "text"
        self._source = model_source(
            model_name, known=CLAP_MODELS, checkpoint=checkpoint, trust_pickle=trust_pickle
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
        tower = "text" if self._reads else None  # training projects the vectors of sounds alone
        return self.dimension_of(self._source, lambda config: config.projection_dim, tower)

    def network(self) -> ClapAudioNetwork | ClapTextNetwork:
        """The tower, read from its folder, the cache or the Hub."""
        from towhee.models.audio.clap_network import ClapAudioNetwork, ClapTextNetwork

        if self._reads:
            return ClapTextNetwork(self._source, texts=tuple(map(as_text, self._calibration)))
        return self.compared_on_calibration(partial(ClapAudioNetwork, self._source))

    def prepare(self, value: Any) -> Any:
        """The spectrograms of a sound's windows, or the numbers of a text's tokens.

        Raises:
            DataError: for what is no sound, or no text, as the modality asks.
        """
        if self._reads:
            return self.running.network.tokenizer.ids(as_text(value))
        return super().prepare(value)

    def _vectors(self, backend: Backend, prepared: Sequence[Any]) -> npt.NDArray[np.float32]:
        if not self._reads:
            return super()._vectors(backend, prepared)
        vectors = backend(*self.running.network.batch(prepared))
        return unit_length(vectors) if self._normalize else vectors
