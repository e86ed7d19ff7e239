"""Sentence models that have a short name, each at one commit of its repository."""

from __future__ import annotations

from towhee.models.known_model import KnownModel

OWNER = "sentence-transformers"
"""Whose repositories a name without an owner stands for."""

DEFAULT_MODEL = "all-MiniLM-L6-v2"

KNOWN: dict[str, KnownModel] = {
    DEFAULT_MODEL: KnownModel(
        revision="c9745ed1d9f207416be6d2e6f8de32d1f16199bf",
        dimension=384,
        license="apache-2.0",
        megabytes=91,
    ),
}
