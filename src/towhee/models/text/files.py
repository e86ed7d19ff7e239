"""The files of a sentence model: in a folder, or in a repository of the Hub."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from towhee.errors import WeightsError
from towhee.models.checkpoint import WEIGHTS_FILE
from towhee.models.hub_weights import cached_file, pulled_file, pulled_if_there, verify_cached
from towhee.models.pickles import refused_pickle

PICKLED_WEIGHTS = "pytorch_model.bin"


class ModelFiles(Protocol):
    """Gives the files of one model by their names within it, ``"1_Pooling/config.json"``."""

    def needed(self, name: str) -> Path:
        """A file without which there is no model.

        Raises:
            WeightsError: if it is not there, or cannot be had.
        """
        ...

    def possible(self, name: str) -> Path | None:
        """A file that not every model has; ``None`` if this one has not."""
        ...

    def weights(self, folder: str) -> Path:
        """The weights in a folder of the model, as safetensors unless pickles are trusted.

        Raises:
            WeightsError: if there are none, they are damaged, or a pickle that is not trusted.
        """
        ...


@dataclass(frozen=True, slots=True)
class FolderFiles:
    """The files in a folder on the disk.

    Attributes:
        folder: as sentence-transformers saves a model.
        trust_pickle: take weights that can run code when they are loaded.
    """

    folder: Path
    trust_pickle: bool = False

    def needed(self, name: str) -> Path:
        """The file; ``WeightsError`` if it is not there."""
        found = self.folder / name
        if not found.is_file():
            raise WeightsError(
                f"checkpoint {str(self.folder)!r} has no {name}, which a folder of "
                "sentence-transformers holds"
            )
        return found

    def possible(self, name: str) -> Path | None:
        """The file, ``None`` if it is not there."""
        found = self.folder / name
        return found if found.is_file() else None

    def weights(self, folder: str) -> Path:
        """The file with the weights."""
        pickled = self.possible(folder + PICKLED_WEIGHTS)
        if pickled is None or self.possible(folder + WEIGHTS_FILE):
            return self.needed(folder + WEIGHTS_FILE)
        if not self.trust_pickle:
            raise refused_pickle(pickled)
        return pickled


@dataclass(frozen=True, slots=True)
class HubFiles:
    """The files of a repository of the Hub, in its cache once they were downloaded.

    Attributes:
        repository: ``"sentence-transformers/all-MiniLM-L6-v2"``.
        revision: a commit; the newest if ``None``.
    """

    repository: str
    revision: str | None

    def needed(self, name: str) -> Path:
        """The file, downloaded if need be; ``WeightsError`` says how to get it otherwise."""
        return pulled_file(
            self.repository, name, model_name=self.repository, revision=self.revision
        )

    def possible(self, name: str) -> Path | None:
        """The file, downloaded if need be; ``None`` if the repository has none."""
        return pulled_if_there(
            self.repository, name, model_name=self.repository, revision=self.revision
        )

    def cached(self, name: str) -> Path | None:
        """The file if it was downloaded before; nothing is downloaded."""
        return cached_file(self.repository, name, revision=self.revision)

    def weights(self, folder: str) -> Path:
        """The weights, compared with the digest that the Hub states; never a pickle."""
        found = self.needed(folder + WEIGHTS_FILE)
        verify_cached(found)
        return found
