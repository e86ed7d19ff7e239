"""The folder of a model that does a task, and what is read from it."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from towhee.errors import MissingExtraError, WeightsError
from towhee.models.json_file import read_json
from towhee.models.transformers.folder_digest import folder_digest
from towhee.models.transformers.importing import import_transformers
from towhee.models.transformers.loading import load_pretrained, load_processor

_CONFIG_FILE = "config.json"


@dataclass(frozen=True)
class TaskFolder:
    """The files of a model on this machine, and the device on which it shall run.

    Attributes:
        path: a folder as transformers saves it.
        named: what messages call the model.
        task: what it shall do, for messages: ``"object detection"``.
        device: for torch.
        extra: to install for what the tokenizer needs.
        trust_pickle: take weights that can run code when they are loaded.
    """

    path: Path
    named: str
    task: str
    device: str = "cpu"
    extra: str = "transformers"
    trust_pickle: bool = False

    @cached_property
    # Any: what the JSON of an unknown model holds.
    def config(self) -> dict[str, Any]:
        """What its ``config.json`` says.

        Raises:
            WeightsError: if there is none.
        """
        content: dict[str, Any] = read_json(self.path / _CONFIG_FILE)
        return content

    @property
    def architecture(self) -> str:
        """The class of the model in transformers, as the folder states it.

        Raises:
            WeightsError: if it states none.
        """
        stated = self.config.get("architectures") or []
        if not stated or not isinstance(stated[0], str):
            raise WeightsError(
                f"{str(self.path / _CONFIG_FILE)!r} names no architecture, as transformers does"
            )
        return str(stated[0])

    # Any: the library's models have no type of their own to offer before it is imported.
    def model(self, *endings: str) -> Any:
        """The model on its device.

        Args:
            endings: the names of the classes that do the task end in one of these.

        Raises:
            WeightsError: for a model of another task, and for damaged or missing weights.
        """
        kind = self.architecture
        known = hasattr(import_transformers(), kind)
        if not known or not kind.endswith(endings):
            does = "is not in the installed transformers" if not known else "does something else"
            raise WeightsError(
                f"{self.named!r} is no model for {self.task}: its {kind} {does} (wanted is "
                f"…{' or …'.join(endings)})"
            )
        try:
            loaded = load_pretrained(
                kind, self.path, named=self.named, trust_pickle=self.trust_pickle
            )
        except ImportError as error:
            raise MissingExtraError(f"{kind} of {self.named!r}", "torch") from error
        return loaded.to(self.device)

    def processor(self, kind: str, **options: Any) -> Any:
        """The tokenizer or feature extractor beside the model.

        Raises:
            MissingExtraError: if it needs a package that is not installed.
            WeightsError: if its files are missing or damaged.
        """
        try:
            with warnings.catch_warnings():  # Marian's misses a package that it does not use
                warnings.filterwarnings("ignore", "Recommended: pip install sacremoses")
                return load_processor(kind, self.path, **options)
        except ImportError as error:
            raise MissingExtraError(f"{kind} of {self.named!r}", self.extra) from error

    def image_processor(self) -> Any:
        """The model's own preprocessing of images, by Pillow, which is what it was trained with."""
        return self.processor("AutoImageProcessor", backend="pil")

    def fingerprint(self) -> str:
        """What results depend on: all files of the folder, the libraries, the device."""
        return folder_digest(
            self.path, self.device, packages=("torch", "transformers"), extra=self.extra
        )
