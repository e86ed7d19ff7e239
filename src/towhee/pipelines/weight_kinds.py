"""Where the weights of each kind of model lie, and what is known of them without loading them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from towhee.hub import registry
from towhee.models.onnx_file import PUBLISHED, OnnxFile
from towhee.operators.base import OperatorRef
from towhee.pipelines.spec import PipelineSpec

_OF_TIMM = ("image_embedding.timm", "image_classification.timm")
_OF_SENTENCES = "text_embedding.sentence_transformers"


class WeightKind(Protocol):
    """Knows the weights of models of one kind, by the names that their operator takes."""

    def full_name(self, model_name: str) -> str:
        """The name that leaves nothing open."""
        ...

    def cached(self, model_name: str) -> Path | None:
        """The weights in the cache, ``None`` if they are not there."""
        ...

    def pulled(self, model_name: str) -> Path:
        """The weights in the cache, downloaded if need be."""
        ...

    def about(self, model_name: str) -> dict[str, Any]:
        """The model as plain values; nothing is downloaded."""
        ...


def kind_of(spec: PipelineSpec) -> WeightKind:
    """The kind of the model behind a pipeline."""
    if any(name in spec.operators for name in _OF_TIMM):
        return _Timm()
    if _OF_SENTENCES in spec.operators:
        return _Sentences()
    if spec.model_name in PUBLISHED:
        return _Onnx(_other_files(spec))
    return _Repository()


@dataclass(frozen=True, slots=True)
class _Timm:
    """Models of timm."""

    def full_name(self, model_name: str) -> str:
        from towhee.models.spec import model_spec

        return model_spec(model_name).full_name

    def cached(self, model_name: str) -> Path | None:
        from towhee.models.hub_weights import cached_file
        from towhee.models.spec import WEIGHTS_FILE

        # A pinned model's repository is timm/<model>.<tag>; asking timm itself takes seconds.
        return cached_file(f"timm/{self.full_name(model_name)}", WEIGHTS_FILE)

    def pulled(self, model_name: str) -> Path:
        from towhee.models.spec import model_spec
        from towhee.models.timm_models import pull_weights, timm_config

        spec = model_spec(model_name)
        timm_config(spec)  # refuses what timm does not have, or says how to install it
        return pull_weights(spec)

    def about(self, model_name: str) -> dict[str, Any]:
        from towhee.models.describe import describe_timm

        return describe_timm(model_name)


@dataclass(frozen=True, slots=True)
class _Sentences:
    """Models of sentence-transformers."""

    def full_name(self, model_name: str) -> str:
        from towhee.models.text.spec import sentence_spec

        return sentence_spec(model_name).name

    def cached(self, model_name: str) -> Path | None:
        from towhee.models.text.describe import cached_weights
        from towhee.models.text.spec import sentence_spec

        return cached_weights(sentence_spec(model_name))

    def pulled(self, model_name: str) -> Path:
        from towhee.models.text.describe import pulled_weights
        from towhee.models.text.spec import sentence_spec

        return pulled_weights(sentence_spec(model_name))

    def about(self, model_name: str) -> dict[str, Any]:
        from towhee.models.text.describe import describe_sentence_model

        return describe_sentence_model(model_name)


@dataclass(frozen=True, slots=True)
class _Onnx:
    """Single ONNX files.

    Attributes:
        others: files that the pipeline needs besides that of its model.
    """

    others: Sequence[OnnxFile]

    def full_name(self, model_name: str) -> str:
        return PUBLISHED[model_name].name

    def cached(self, model_name: str) -> Path | None:
        own = PUBLISHED[model_name].cached()
        return own if all(file.cached() for file in self.others) else None

    def pulled(self, model_name: str) -> Path:
        for file in self.others:
            file.path()
        return PUBLISHED[model_name].path()

    def about(self, model_name: str) -> dict[str, Any]:
        file = PUBLISHED[model_name]
        return _of_hub(file.name, file.cached(), file.known.revision)


@dataclass(frozen=True, slots=True)
class _Repository:
    """Whole repositories of the Hub, as transformers saves models."""

    def full_name(self, model_name: str) -> str:
        return model_name

    def cached(self, model_name: str) -> Path | None:
        from towhee.models.model_source import model_source

        return model_source(model_name, known={}).cached()

    def pulled(self, model_name: str) -> Path:
        from towhee.models.model_source import model_source

        return model_source(model_name, known={}).folder()

    def about(self, model_name: str) -> dict[str, Any]:
        cached = self.cached(model_name)
        return _of_hub(model_name, cached, cached.name if cached else None)


def _of_hub(name: str, cached: Path | None, revision: str | None) -> dict[str, Any]:
    return {
        "source": "hub",
        "weights": name,
        "weights_here": cached is not None,
        "path": str(cached) if cached else None,
        "revision": revision,
        "card": f"https://huggingface.co/{name}",
    }


def _other_files(spec: PipelineSpec) -> list[OnnxFile]:
    """The ONNX files of the operators in front of the last, each of its own default model."""
    defaults = [
        next(iter(getattr(OperatorRef(*registry.find(name)).resolve(), "models", ())), None)
        for name in spec.operators[:-1]
    ]
    return [PUBLISHED[name] for name in defaults if name in PUBLISHED]
