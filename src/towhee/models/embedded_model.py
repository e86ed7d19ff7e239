"""The image model that ships inside the package."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from towhee.errors import WeightsError
from towhee.models.calibration import sample_photographs
from towhee.models.network import Batch, concatenated
from towhee.models.preprocess import Preprocess
from towhee.models.spec import ModelSpec

_FOLDER = "towhee.models.embedded"
_NAME = "towhee-image-small"
_REINSTALL = "pip install --force-reinstall --no-deps towhee"


@dataclass(frozen=True, slots=True)
class EmbeddedModel:
    """What the package knows of its own model.

    Attributes:
        name: its name and version.
        architecture: of its network.
        dimension: the length of its vectors.
        license: of its weights.
        preprocess: what an image goes through in front of it.
        sha256: of its file.
    """

    name: str
    architecture: str
    dimension: int
    license: str
    preprocess: Preprocess
    sha256: str

    @property
    def spec(self) -> ModelSpec:
        """The same as a specification among others."""
        return ModelSpec(
            self.architecture,
            source="embedded",
            location=f"{_FOLDER}/{_NAME}.onnx",
            revision=self.name.partition(" ")[2],
            sha256=self.sha256,
            license=self.license,
            dimension=self.dimension,
            preprocess=self.preprocess,
        )

    @property
    def key(self) -> str:
        """What stands for the model where something is found out about it."""
        return self.sha256

    def onnx(self) -> bytes:
        """The content of its file.

        Raises:
            WeightsError: if the installed file is not the one that was released.
        """
        content = _content(f"{_NAME}.onnx")
        found = hashlib.sha256(content).hexdigest()
        if found != self.sha256:
            raise WeightsError(
                f"{_NAME}.onnx in the installed package is damaged (sha256 {found[:12]}…, expected "
                f"{self.sha256[:12]}…): {_REINSTALL}"
            )
        return content

    def calibration(self) -> list[Batch]:
        """The sample photographs."""
        return [(self.preprocess.pixels(image)[None],) for image in sample_photographs()]

    def joined(self, rows: Sequence[Batch]) -> Batch:
        """One batch of several."""
        return concatenated(rows)


@cache
def embedded_model() -> EmbeddedModel:
    """The model inside the package, described; its weights are not loaded.

    Raises:
        WeightsError: if the installed package lacks it.
    """
    about = json.loads(_content(f"{_NAME}.json"))
    return EmbeddedModel(
        name=f"{about['name']} {about['version']}",
        architecture=about["architecture"],
        dimension=about["dimension"],
        license=about["license"],
        preprocess=Preprocess.from_config(about),
        sha256=about["sha256"],
    )


def _content(file: str) -> bytes:
    try:
        return files(_FOLDER).joinpath(file).read_bytes()
    except FileNotFoundError as error:
        raise WeightsError(f"the installed package lacks {file}: {_REINSTALL}") from error
