"""How a model chooses the next token of what it writes."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from towhee.errors import UsageError

_MOST_TOKENS = 256  # where neither the user nor the model says how many


@dataclass(frozen=True, slots=True)
class Decoding:
    """Length, search and chance.

    Attributes:
        max_new_tokens: the most tokens that are written; ``None`` for the model's own limit.
        num_beams: how many texts are followed side by side, of which the likeliest is given;
            ``None`` for as many as the model's own configuration says.
        temperature: 0 for the likeliest token each time; above it tokens are drawn, the more
            freely the higher.
        top_p: tokens are drawn from the likeliest that share this part of the probability.
        seed: draws are the same for the same seed; ``None`` for other ones each time.

    Raises:
        UsageError: for numbers that cannot be.
    """

    max_new_tokens: int | None = None
    num_beams: int | None = None
    temperature: float = 0.0
    top_p: float = 1.0
    seed: int | None = None

    def __post_init__(self) -> None:
        for name in ("max_new_tokens", "num_beams"):
            value = getattr(self, name)
            if value is not None and (type(value) is not int or value < 1):
                raise UsageError(f"{name} is a whole number above 0, not {value!r}")
        for name in ("temperature", "top_p"):
            if not isinstance(getattr(self, name), (int, float)):
                raise UsageError(f"{name} is a number, not {getattr(self, name)!r}")
        if self.seed is not None and type(self.seed) is not int:
            raise UsageError(f"seed is a whole number, not {self.seed!r}")
        if not 0 <= self.temperature < float("inf"):
            raise UsageError(f"temperature is 0 or a number above it, not {self.temperature!r}")
        if not 0 < self.top_p <= 1:
            raise UsageError(f"top_p is a share above 0 and up to 1, not {self.top_p!r}")

    @property
    def draws(self) -> bool:
        """Whether chance has a part in it."""
        return self.temperature > 0

    # Any: the library's models have no type of their own to offer before it is imported.
    def options(self, model: Any) -> dict[str, Any]:
        """What ``generate`` of a model takes to decode in this way."""
        options: dict[str, Any] = {"do_sample": self.draws}
        if self.draws:
            options |= {"temperature": self.temperature, "top_p": self.top_p, "top_k": 0}
        if self.num_beams is not None:
            options["num_beams"] = self.num_beams
        if self.max_new_tokens is not None:
            options["max_new_tokens"] = self.max_new_tokens
        elif model.generation_config.max_length is None:
            options.setdefault("max_new_tokens", _MOST_TOKENS)
        return options

    @contextlib.contextmanager
    def chance(self, device: str) -> Iterator[None]:
        """Random numbers from the seed, if there is one; those of the process stay as they are."""
        import torch

        if not self.draws or self.seed is None:
            yield
            return
        accelerators = [torch.device(device)] if device.startswith("cuda") else []
        with torch.random.fork_rng(devices=accelerators):
            torch.manual_seed(self.seed)
            yield
