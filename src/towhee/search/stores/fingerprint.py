"""What made the vectors of a collection, so that they are never compared with others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """Where vectors come from; what is ``None`` is not known.

    Attributes:
        pipeline: its name.
        operators: the operators that lead to the vectors and their arguments, as text.
        model: its name.
        weights: a digest of the weights, of the layer and of the preprocessing, ``None`` where
            nothing was learned.

    Example:
        >>> then = Fingerprint(model="resnet50", weights="4c1d")
        >>> then.differences(Fingerprint(model="resnet50", weights="99ab"))
        [('weights', '4c1d', '99ab')]
    """

    pipeline: str | None = None
    operators: str | None = None
    model: str | None = None
    weights: str | None = None

    def differences(self, other: Fingerprint) -> list[tuple[str, str, str]]:
        """What is known of both and differs: what it is, here, and there.

        Pipelines of two names may do the same, so names count only where operators are not known.
        """
        names = [part.name for part in fields(self)]
        if self.operators and other.operators:
            names.remove("pipeline")
        pairs = [(name, getattr(self, name), getattr(other, name)) for name in names]
        return [
            (name, here, there) for name, here, there in pairs if here and there and here != there
        ]

    def as_json(self) -> dict[str, str]:
        """What is known, as it is kept beside the vectors."""
        return {name: value for name, value in asdict(self).items() if value is not None}

    @classmethod
    def from_json(cls, known: Mapping[str, Any]) -> Fingerprint:
        """The fingerprint that ``as_json`` gave; parts of a later version are passed over."""
        return cls(**{part.name: known.get(part.name) for part in fields(cls)})
