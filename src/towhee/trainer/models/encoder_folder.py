"""The folder of an encoder of texts, read and written as transformers does."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from towhee.models.checkpoint import CONFIG_FILE
from towhee.models.pickles import is_pickle
from towhee.models.projection import CONFIG_ENTRY, PROJECTION_FILE
from towhee.models.text.encoder_files import read_config
from towhee.models.text.encoder_network import EncoderNetwork
from towhee.models.text.pooling import POOLER
from towhee.models.transformers.importing import quiet_transformers
from towhee.trainer.trainable import About
from towhee.trainer.trained_folder import write_projection

if TYPE_CHECKING:
    import torch

_WEIGHTS = ("*.safetensors", "*.safetensors.index.json")


@dataclass(frozen=True, slots=True)
class EncoderFolder:
    """A model of transformers, pooled.

    Attributes:
        name: of the model.
        license: of its weights.
        network: as the operator runs it.
    """

    name: str
    license: str | None
    network: EncoderNetwork

    @classmethod
    def of(cls, operator: Any) -> EncoderFolder:
        """That of an operator. Any: its type is known to who asks."""
        source = operator.source
        return cls(source.name, source.known.license, operator.network())

    @property
    def about(self) -> About:
        """What its card says."""
        return About(self.name, self.license, "transformers", ("feature-extraction",))

    @property
    def methods(self) -> tuple[str, ...]:
        """All; of half a model, or one with a pooler of its own kind, none that changes weights."""
        config = read_config(self.network.folder)
        if config.get("is_encoder_decoder") or self.network.reading.pooling == POOLER:
            return ("linear_probe",)
        return ("linear_probe", "lora", "partial", "full")

    def tokens(self) -> EncoderNetwork:
        """What makes tokens of texts."""
        return self.network

    def load(self) -> tuple[Any, torch.nn.Linear | None]:
        """The network without its projection, and that."""
        network: Any = self.network.unloaded().read_module()
        if self.network.projection is None:
            return network, None
        projection: Any = network.steps.pop(-1)
        return network, projection

    def write(self, folder: Path, network: Any, projection: torch.nn.Linear | None) -> None:
        """Write the model's own files with the trained weights, and the projection beside them."""
        source = self.network.folder
        keeps_weights = "full" not in self.methods
        for file in source.iterdir():
            is_weights = is_pickle(file) or any(file.match(kind) for kind in _WEIGHTS)
            if (
                file.is_file()
                and file.name != PROJECTION_FILE
                and (keeps_weights or not is_weights)
            ):
                shutil.copyfile(file, folder / file.name)
        if not keeps_weights:
            with quiet_transformers():
                network.transformer.save_pretrained(folder)
        file = folder / CONFIG_FILE
        config: dict[str, Any] = json.loads(file.read_text("utf-8"))
        config.pop(CONFIG_ENTRY, None)  # the projection of an earlier training
        file.write_text(json.dumps(config, indent=2), "utf-8")
        write_projection(folder, projection, (None, self.network.reading.pooling))
