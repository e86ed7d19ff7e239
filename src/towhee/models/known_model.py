"""What is known of a model without its files."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownModel:
    """A published model that an operator is known to run.

    Attributes:
        revision: the commit of its repository that is loaded; ``None`` for the newest when it is
            first pulled, which stays until it is pulled again.
        dimension: the length of its vectors, ``None`` if it gives none.
        license: of its weights, as its card states it.
        megabytes: what is downloaded for it, about.
    """

    revision: str | None = None
    dimension: int | None = None
    license: str | None = None
    megabytes: int | None = None
