"""Sentence models that have a short name, each at one commit of its repository."""

from __future__ import annotations

from dataclasses import dataclass

OWNER = "sentence-transformers"
"""Whose repositories a name without an owner stands for."""


@dataclass(frozen=True, slots=True)
class KnownModel:
    """What is known of a model without its files.

    Attributes:
        revision: the commit of its repository that is loaded.
        dimension: the length of its vectors.
        license: of its weights.
    """

    revision: str
    dimension: int
    license: str


DEFAULT_MODEL = "all-MiniLM-L6-v2"

KNOWN: dict[str, KnownModel] = {
    DEFAULT_MODEL: KnownModel("c9745ed1d9f207416be6d2e6f8de32d1f16199bf", 384, "apache-2.0"),
}
