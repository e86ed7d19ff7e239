"""``audio_embedding.vggish``: sounds to vectors with VGGish."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from towhee.errors import UsageError
from towhee.models.model_source import model_source
from towhee.models.projection import folder_projection
from towhee.models.run_conditions import RunConditions
from towhee.operators.audio_embedding.sound_operator import SoundOperator

if TYPE_CHECKING:
    from towhee.models.audio.vggish_network import VggishNetwork

_DIMENSION = 128


class VggishAudioEmbedding(SoundOperator["VggishNetwork"]):
    """Embed sounds with VGGish, from weights of your own.

    The weights that its authors published are not on the Hub in a form that is safe to load, so
    there is no model to name: convert those of torchvggish, once, ::

        from safetensors.torch import save_file
        vggish = torch.hub.load("harritaylor/torchvggish", "vggish", postprocess=False)
        save_file(vggish.state_dict(), "vggish/model.safetensors")

    and pass ``checkpoint="vggish"``. ``audio_embedding.ast`` tells sounds apart better, and its
    weights can be had by name.

    The network hears 0.96 seconds; the vector is the mean over all such windows. For a vector
    for each, cut the sound into windows in front of it.

    Args:
        checkpoint: the folder with ``model.safetensors``.
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

    Raises:
        UsageError: without a checkpoint, and for arguments that cannot be.
        WeightsError: if weights are absent, damaged, of another model, or pickled.
        DataError: for what is no sound, or shorter than a second.

    Example:
        >>> embed = VggishAudioEmbedding(checkpoint="vggish")  # doctest: +SKIP
        >>> embed((np.zeros(16000, np.float32), 16000)).shape  # doctest: +SKIP
        (128,)

    Source: Hershey et al., 2017, https://arxiv.org/abs/1609.09430
    """

    extra = "audio-models"

    def __init__(
        self,
        *,
        checkpoint: str | os.PathLike[str] | None = None,
        normalize: bool = True,
        device: str = "auto",
        backend: str = "auto",
        precision: str = "auto",
        fidelity: float = 0.999,
        calibration: Sequence[Any] = (),
    ) -> None:
        if checkpoint is None:
            raise UsageError(
                "audio_embedding.vggish takes checkpoint=, a folder with model.safetensors of "
                "torchvggish's weights: none can be had by name"
            )
        self._source = model_source("vggish", known={}, checkpoint=checkpoint)
        super().__init__(
            self._source.name,
            RunConditions(device, backend, precision, fidelity),
            normalize=normalize,
            calibration=calibration,
        )

    @property
    def dimension(self) -> int:
        """The length of the vectors."""
        projection = folder_projection(self._source.folder())
        return _DIMENSION if projection is None else projection.dimension

    def network(self) -> VggishNetwork:
        """The network, read from its folder."""
        from towhee.models.audio.vggish_network import VggishNetwork

        return self.compared_on_calibration(partial(VggishNetwork, self._source))
