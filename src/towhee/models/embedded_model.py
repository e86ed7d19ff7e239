"""The image model that ships inside the package."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from towhee.errors import WeightsError
from towhee.models.backends.onnx import OnnxBackend
from towhee.models.preprocess import Preprocess

_FOLDER = "towhee.models.embedded"
_NAME = "towhee-image-small"


@dataclass(frozen=True, slots=True)
class EmbeddedModel:
    """What the package knows of its own model.

    Attributes:
        name: its name and version.
        dimension: the length of its vectors.
        license: of its weights.
        preprocess: what an image goes through in front of it.
        sha256: of its file.
    """

    name: str
    dimension: int
    license: str
    preprocess: Preprocess
    sha256: str

    def load(self, threads: int | None = None) -> OnnxBackend:
        """The model, ready to run.

        Raises:
            WeightsError: if the installed file is not the one that was released.
        """
        content = files(_FOLDER).joinpath(f"{_NAME}.onnx").read_bytes()
        found = hashlib.sha256(content).hexdigest()
        if found != self.sha256:
            raise WeightsError(
                f"{_NAME}.onnx in the installed package is damaged (sha256 {found[:12]}…, expected "
                f"{self.sha256[:12]}…): pip install --force-reinstall --no-deps towhee"
            )
        return OnnxBackend(content, name=f"{_NAME}.onnx", threads=threads)


@cache
def embedded_model() -> EmbeddedModel:
    """The model inside the package, described; its weights are not loaded."""
    about = json.loads(files(_FOLDER).joinpath(f"{_NAME}.json").read_text(encoding="utf-8"))
    return EmbeddedModel(
        name=f"{about['name']} {about['version']}",
        dimension=about["dimension"],
        license=about["license"],
        preprocess=Preprocess.from_config(about),
        sha256=about["sha256"],
    )
