"""A model of faces in ONNX form."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from functools import cached_property

from towhee.models.faces.face_input import FaceInput
from towhee.models.file_digest import file_sha256_once
from towhee.models.network import Batch, concatenated
from towhee.models.onnx_file import OnnxFile


class OnnxFaceGraph:
    """A file that gives ``(n, d)`` for faces, as what runs it asks for.

    Args:
        file: the model; it may be downloaded.
        takes: what it takes.

    Raises:
        WeightsError: if the file cannot be had, or is damaged.
    """

    def __init__(self, file: OnnxFile, takes: FaceInput) -> None:
        self.name = file.name
        self._path = file.path()
        self._takes = takes

    @cached_property
    def key(self) -> str:
        """What the results depend on, as one digest."""
        parts = [file_sha256_once(self._path), self._takes.as_config()]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]

    def onnx(self) -> bytes:
        """The content of the file."""
        return self._path.read_bytes()

    def calibration(self) -> list[Batch]:
        """Nothing, as there is nothing to choose between."""
        return []

    def joined(self, rows: Sequence[Batch]) -> Batch:
        """One batch of several."""
        return concatenated(rows)
