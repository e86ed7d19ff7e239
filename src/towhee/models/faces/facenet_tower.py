"""FaceNet's model, as every backend can be made from it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from towhee.errors import WeightsError
from towhee.models.file_digest import file_sha256_once
from towhee.models.hub_weights import pulled_file, verify_cached
from towhee.models.known_model import KnownModel
from towhee.models.pickles import refused_pickle
from towhee.models.preprocess import Preprocess

if TYPE_CHECKING:
    import torch

SIDE, DIMENSION = 160, 512
_SAFE = "model.safetensors"
_CLASSIFIER = "logits."
_NOTHING_KNOWN = KnownModel()
_MIDDLE, _SPREAD = 127.5 / 255, 128 / 255  # of pixels, as the model was trained


@dataclass(frozen=True, slots=True)
class FaceNetTower:
    """Inception-ResNet-v1 with published weights.

    Attributes:
        name: the repository on the Hub, or the path of the weights.
        file: their name in the repository.
        local: the weights, where the user named them.
        known: what is known of them without their files.
    """

    name: str
    file: str = ""
    local: Path | None = None
    known: KnownModel = _NOTHING_KNOWN

    def preprocess(self) -> Preprocess:
        """What a face goes through in front of the module."""
        return Preprocess(
            input_size=(3, SIDE, SIDE),
            interpolation="bilinear",
            crop_pct=1.0,
            crop_mode="squash",
            mean=(_MIDDLE,) * 3,
            std=(_SPREAD,) * 3,
        )

    def digest(self) -> str | None:
        """What its vectors depend on, in hexadecimal digits."""
        parts = [file_sha256_once(self._weights()), *map(version, ("torch", "towhee"))]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]

    def dimension(self) -> int:
        """The length of its vectors."""
        return DIMENSION

    def module(self) -> torch.nn.Module:
        """The network with its weights.

        Raises:
            WeightsError: if they are absent, damaged, or of another network.
        """
        from towhee.models.faces.inception_resnet_v1 import InceptionResnetV1
        from towhee.models.faces.state import read_state, with_state

        weights = self._weights()
        return with_state(
            InceptionResnetV1(),
            read_state(weights),
            named=repr(str(weights)),
            ignored=(_CLASSIFIER,),
        )

    def _weights(self) -> Path:
        if self.local is not None:
            return self.local
        pulled = pulled_file(
            self.name, self.file, model_name=self.name, revision=self.known.revision
        )
        verify_cached(pulled)
        return pulled


def facenet_file(checkpoint: Path, *, trust_pickle: bool) -> Path:
    """The weights of a checkpoint.

    Args:
        checkpoint: a file, or a folder with ``model.safetensors``.
        trust_pickle: take a file that can run code when it is loaded.

    Raises:
        WeightsError: if it is not there, or a pickle that is not trusted.
    """
    file = checkpoint / _SAFE if checkpoint.is_dir() else checkpoint
    if not file.is_file():
        raise WeightsError(f"checkpoint {str(file)!r} does not exist")
    if file.suffix != ".safetensors" and not trust_pickle:
        raise refused_pickle(file)
    return file
