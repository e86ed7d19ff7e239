"""What was learned on cepstral coefficients, as a folder that runs without torch."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np
import numpy.typing as npt

from towhee.errors import WeightsError
from towhee.models.checkpoint import CONFIG_FILE
from towhee.models.checkpoint_path import checkpoint_path
from towhee.models.file_digest import file_sha256_once
from towhee.models.json_file import read_json

if TYPE_CHECKING:
    from towhee.models.backends.onnx import OnnxBackend

GRAPH_FILE = "model.onnx"
CEPSTRUM_ENTRY = "cepstrum"
"""What ``config.json`` says of it, under ``towhee``."""

Takes = Literal["statistics", "outline"]


@dataclass(frozen=True)
class LearnedCepstrum:
    """A trained model over what ``audio_embedding.mfcc`` computes.

    Attributes:
        folder: with ``config.json`` and ``model.onnx``.
        takes: ``"statistics"`` for the vector of a sound without a model, or ``"outline"`` for the
            windows of its spectrum.
        coefficients, parts, sample_rate: of the operator that it was learned with.
        dimension: of its vectors.
    """

    folder: Path
    takes: Takes
    coefficients: int
    parts: int
    sample_rate: int
    dimension: int

    def entry(self) -> dict[str, Any]:
        """What ``config.json`` says of it."""
        names = ("takes", "coefficients", "parts", "sample_rate", "dimension")
        return {name: getattr(self, name) for name in names}

    def digest(self) -> str:
        """Hexadecimal digits that stand for what was learned, and what it was learned with.

        Raises:
            WeightsError: if the model is not there.
        """
        try:
            graph = file_sha256_once(self.folder / GRAPH_FILE)
        except FileNotFoundError as error:
            raise WeightsError(
                f"{str(self.folder)!r} has no {GRAPH_FILE}; copy the whole folder"
            ) from error
        return hashlib.sha256(f"{graph} {self.entry()}".encode()).hexdigest()[:32]

    @cached_property
    def _backend(self) -> OnnxBackend:
        from towhee.models.backends.onnx import OnnxBackend

        return OnnxBackend(self.folder / GRAPH_FILE, name=str(self.folder))

    def __call__(self, inputs: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Vectors ``(n, d) float32``.

        Raises:
            WeightsError: if the model is missing, damaged, or of something else.
        """
        self.digest()  # says what is missing
        found: npt.NDArray[np.float32] = self._backend(inputs)
        return found


def learned_cepstrum(checkpoint: str | os.PathLike[str]) -> LearnedCepstrum:
    """The model in a folder, as its ``config.json`` states it.

    Raises:
        WeightsError: if there is no such folder, or it holds something else.
    """
    folder = checkpoint_path(checkpoint)
    if not folder.is_dir():
        raise WeightsError(f"checkpoint {str(folder)!r} is no folder (looked in {os.getcwd()!r})")
    file = folder / CONFIG_FILE
    ours = read_json(file).get("towhee") if file.is_file() else None
    stated = ours.get(CEPSTRUM_ENTRY) if isinstance(ours, dict) else None
    if not isinstance(stated, dict) or stated.get("takes") not in get_args(Takes):
        raise WeightsError(
            f"{str(folder)!r} is no model that was trained on audio_embedding.mfcc: its "
            f"{CONFIG_FILE} does not state one"
        )
    numbers = ("coefficients", "parts", "sample_rate", "dimension")
    try:
        return LearnedCepstrum(folder, stated["takes"], *(int(stated[name]) for name in numbers))
    except (KeyError, TypeError, ValueError) as error:
        raise WeightsError(f"{str(file)!r} states no whole model: {error!r}") from error
