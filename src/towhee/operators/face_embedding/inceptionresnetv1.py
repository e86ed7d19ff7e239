"""``face_embedding.inceptionresnetv1``: FaceNet."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from towhee.errors import UsageError
from towhee.models.checkpoint_path import checkpoint_path
from towhee.models.faces.facenet_tower import DIMENSION, FaceNetTower, facenet_file
from towhee.models.faces.importing import import_torch
from towhee.models.known_model import KnownModel
from towhee.models.pickles import refused_pickle
from towhee.models.run_conditions import RunConditions
from towhee.operators.image_embedding.image_operator import ImageOperator

_VGGFACE2 = "py-feat/facenet"
_FILES = {_VGGFACE2: "facenet_20180402_114759_vggface2.pth"}


class InceptionResnetV1Embedding(ImageOperator):
    """Embed faces with FaceNet's Inception-ResNet-v1.

    Faces come from ``face_crop``, as 160x160 pixels; images of another size are resized.

    Args:
        model_name: ``"py-feat/facenet"``, trained on VGGFace2, which the Hub has as a pickle.
        checkpoint: weights by the names that facenet-pytorch gives them, in place of
            ``model_name``: a safetensors file, a folder with ``model.safetensors``, or, with
            ``trust_pickle``, a file of torch.
        normalize: whether vectors have unit length, which they have of themselves.
        device: ``"auto"`` for a CUDA GPU if there is one and the CPU otherwise, or ``"cpu"``,
            ``"cuda"``, ``"cuda:1"``, ``"mps"``.
        backend: ``"torch"``, ``"onnxruntime"`` or ``"openvino"``; ``"auto"`` measures those that
            are installed, once for each model and machine, and takes the fastest whose vectors
            agree with torch's in float32.
        precision: ``"float32"``, ``"bfloat16"``, ``"float16"`` or ``"int8"``; ``"auto"`` for the
            fastest that agrees. ``"int8"`` is taken only if it is asked for by name, or if there
            is ``calibration``.
        fidelity: the least cosine of any vector to that of torch in float32.
        calibration: images of faces (paths, or images), on which vectors are compared and int8 is
            calibrated; the sample photographs if not given.
        trust_pickle: load weights that can run code.

    Attributes:
        threads: how many of the CPU the model may use, set before ``setup``; all cores if ``None``.

    Raises:
        UsageError: for arguments that cannot be, and a device that is not there.
        WeightsError: if weights are absent, damaged, of another network, or pickled.
        MissingExtraError: if torch is not installed.

    Example:
        >>> InceptionResnetV1Embedding(trust_pickle=True).dimension
        512

    Source: Schroff et al., "FaceNet: A Unified Embedding for Face Recognition and Clustering",
    2015; https://github.com/timesler/facenet-pytorch
    """

    extra = "torch"
    models = {_VGGFACE2: KnownModel(dimension=DIMENSION, license="mit", megabytes=111)}

    def __init__(
        self,
        model_name: str = _VGGFACE2,
        *,
        checkpoint: str | os.PathLike[str] | None = None,
        normalize: bool = True,
        device: str = "auto",
        backend: str = "auto",
        precision: str = "auto",
        fidelity: float = 0.999,
        calibration: Sequence[Any] = (),
        trust_pickle: bool = False,
    ) -> None:
        self._is_refused = checkpoint is None and not trust_pickle
        super().__init__(
            _tower(model_name, checkpoint, trust_pickle),
            RunConditions(device, backend, precision, fidelity),
            normalize=normalize,
            calibration=calibration,
            preprocess="exact",
            dimension=DIMENSION,
        )

    def setup(self) -> None:
        """Read the weights, from their file, the cache or the Hub, and settle what runs them."""
        import_torch("face_embedding.inceptionresnetv1")
        if self._is_refused:
            raise refused_pickle(f"{self._tower.name}/{_FILES[self._tower.name]}")
        super().setup()


def _tower(
    model_name: str, checkpoint: str | os.PathLike[str] | None, trust_pickle: bool
) -> FaceNetTower:
    if checkpoint is not None:
        file = facenet_file(checkpoint_path(checkpoint), trust_pickle=trust_pickle)
        return FaceNetTower(str(file), local=file)
    known = InceptionResnetV1Embedding.models
    if model_name not in known:
        raise UsageError(
            f"model_name is one of {', '.join(known)}, not {model_name!r}; other weights of the "
            "network are named by checkpoint="
        )
    return FaceNetTower(model_name, _FILES[model_name], known=known[model_name])
