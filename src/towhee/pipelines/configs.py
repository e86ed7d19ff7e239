"""The configurations of the pipes that have a name."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict


class PipeConfig(BaseModel):
    """What all named pipes can be told. An unknown field, or one of another type, is an error.

    Attributes:
        device: the number of a GPU, or -1 for the CPU.
        normalize_vec: whether vectors have unit length.
        customize_embedding_op: an operator (``ops...``) or a function to embed with in place of
            the model.
    """

    model_config = ConfigDict(
        extra="forbid", validate_assignment=True, protected_namespaces=(), allow_inf_nan=False
    )

    device: int = -1
    normalize_vec: bool = True
    customize_embedding_op: Any = None


class ImageEmbeddingConfig(PipeConfig):
    """Of ``image-embedding``.

    Attributes:
        model: one of timm's; ``None`` for the model inside the package, which needs no torch.
    """

    model: str | None = None


class SentenceEmbeddingConfig(PipeConfig):
    """Of ``sentence_embedding``.

    Attributes:
        model: one of sentence-transformers.
    """

    model: str = "all-MiniLM-L6-v2"


class OperatorConfig(BaseModel):
    """Of the other pipelines of the catalogue: its fields are arguments of the last operator.

    Example:
        >>> OperatorConfig(modality="text").modality
        'text'
    """

    model_config = ConfigDict(extra="allow", protected_namespaces=())

    def arguments(self) -> dict[str, Any]:
        """The fields by their names, as they were given."""
        return dict(self.model_extra or {})
