"""The folder of a sentence model, read and written as sentence-transformers does."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from towhee.models.checkpoint import CONFIG_FILE, WEIGHTS_FILE
from towhee.models.text.layout import TOKENIZER_FILE, sentence_layout
from towhee.models.text.prompts import PROMPTS_FILE
from towhee.models.text.sentence_network import SentenceNetwork
from towhee.models.text.spec import SentenceSpec
from towhee.models.transformers.importing import quiet_transformers
from towhee.trainer.trainable import About

if TYPE_CHECKING:
    import torch

_MODULES = "modules.json"
_OF_TRANSFORMER = (
    "sentence_bert_config.json",
    TOKENIZER_FILE,
    "tokenizer_config.json",
    "special_tokens_map.json",
)


@dataclass(frozen=True, slots=True)
class SentenceFolder:
    """A model of sentence-transformers.

    Attributes:
        spec: which.
        network: with the operator's own prompt.
    """

    spec: SentenceSpec
    network: SentenceNetwork

    @classmethod
    def of(cls, operator: Any) -> SentenceFolder:
        """That of an operator. Any: its type is known to who asks."""
        return cls(operator.spec, operator.network())

    @property
    def about(self) -> About:
        """What its card says."""
        tags = ("sentence-similarity", "feature-extraction")
        return About(self.spec.name, self.spec.license, "sentence-transformers", tags)

    @property
    def methods(self) -> tuple[str, ...]:
        """All."""
        return ("linear_probe", "lora", "partial", "full")

    def tokens(self) -> SentenceNetwork:
        """What makes tokens of texts."""
        return self.network

    def load(self) -> tuple[Any, torch.nn.Linear | None]:
        """The network, without a linear layer at its end, and that layer."""
        import torch

        network: Any = self.network.unloaded().read_module()
        last = network.steps[-1] if network.steps else None
        is_projection = isinstance(last, torch.nn.Sequential) and isinstance(
            last[1], torch.nn.Identity
        )
        if not is_projection:
            return network, None
        network.steps.pop(-1)
        assert isinstance(last, torch.nn.Sequential)
        projection: Any = last[0]
        return network, projection

    def write(self, folder: Path, network: Any, projection: torch.nn.Linear | None) -> None:
        """Write the model's own files with the trained weights, and the projection as one more."""
        from safetensors.torch import save_file

        files, layout = self.spec.files, self.network.layout
        modules: list[dict[str, Any]] = json.loads(files.needed(_MODULES).read_text("utf-8"))
        with quiet_transformers():
            network.transformer.save_pretrained(folder / layout.transformer)
        listed = modules[: 2 + len(network.steps)]
        for name in (PROMPTS_FILE, *(layout.transformer + each for each in _OF_TRANSFORMER)):
            _copy(files.possible(name), folder / name)
        for module in listed[1:]:
            name = f"{module['path']}/{CONFIG_FILE}"
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            _copy(files.possible(name), folder / name)
        dense = [*zip((each["path"] for each in listed[2:]), network.steps, strict=True)]
        if projection is not None:
            number = len(listed)
            path = f"{number}_Dense"
            kind = "sentence_transformers.models.Dense"
            listed.append({"idx": number, "name": str(number), "path": path, "type": kind})
            (folder / path).mkdir()
            (folder / path / CONFIG_FILE).write_text(json.dumps(_stated(projection)), "utf-8")
            dense.append((path, [projection]))
        for path, step in dense:
            if _is_linear(step):
                tensors = {
                    f"linear.{name}": tensor.detach().float().cpu().contiguous()
                    for name, tensor in step[0].state_dict().items()
                }
                save_file(tensors, folder / path / WEIGHTS_FILE)
        (folder / _MODULES).write_text(json.dumps(listed, indent=2), "utf-8")


def sentence_files(spec: SentenceSpec) -> Path:
    """A folder with all files of a model, downloaded if need be, its weights let pass."""
    files, layout = spec.files, sentence_layout(spec.files)
    files.weights(layout.transformer)
    for name in _OF_TRANSFORMER:
        files.possible(layout.transformer + name)
    for step in layout.behind:
        if step.dense is not None:
            files.weights(step.dense)
    files.possible(PROMPTS_FILE)
    return files.needed(_MODULES).parent


def _is_linear(step: Any) -> bool:
    return hasattr(step, "__getitem__")


def _stated(projection: torch.nn.Linear) -> dict[str, Any]:
    return {
        "in_features": projection.in_features,
        "out_features": projection.out_features,
        "bias": projection.bias is not None,
        "activation_function": "torch.nn.modules.linear.Identity",
    }


def _copy(source: Path | None, target: Path) -> None:
    if source is not None:
        shutil.copyfile(source, target)
