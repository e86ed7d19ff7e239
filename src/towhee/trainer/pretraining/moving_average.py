"""A teacher that is the moving average of its student."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from torch import Tensor


def momentum_at(step: int, steps: int, base: float) -> float:
    """The momentum at a step: from ``base`` at the first to 1 behind the last, along a cosine.

    Example:
        >>> [round(momentum_at(step, 100, 0.9), 3) for step in (0, 50, 100)]
        [0.9, 0.95, 1.0]

    Source: Grill et al., "Bootstrap your own latent", 2020.
    """
    done = min(1.0, step / max(1, steps))
    return 1 - (1 - base) * (1 + math.cos(math.pi * done)) / 2


class MovingAverage(torch.nn.Module):
    """A network whose weights follow those of another.

    It is a part of what is trained, so that checkpoints hold it, but no gradient reaches it.

    Args:
        network: a copy of the one that is followed; it is left in evaluation mode.
        momentum: the share of its own weights that stays at the first step.
        steps: of the optimizer, all epochs together.
    """

    step: Tensor

    def __init__(self, network: torch.nn.Module, momentum: float, steps: int) -> None:
        super().__init__()
        self.network = network.requires_grad_(False).eval()
        self.momentum, self.steps = momentum, steps
        self.register_buffer("step", torch.zeros((), dtype=torch.int64))

    def train(self, mode: bool = True) -> MovingAverage:
        """The teacher stays in evaluation mode: it looks at samples, and at no batch."""
        super().train(mode)
        self.network.eval()
        return self

    def forward(self, inputs: Tensor) -> Tensor:
        """What the teacher gives, without gradients."""
        with torch.no_grad():
            given: Tensor = self.network(inputs)
        return given

    @torch.no_grad()
    def follow(self, student: torch.nn.Module) -> None:
        """Take a step towards the student: its weights, and the statistics of its batch norms."""
        momentum = momentum_at(int(self.step), self.steps, self.momentum)
        own, its = self.network.state_dict(), student.state_dict()
        for name, tensor in own.items():
            if tensor.is_floating_point():
                tensor.lerp_(its[name].to(tensor.dtype), 1 - momentum)
            else:  # how many batches a batch norm has seen
                tensor.copy_(its[name])
        self.step += 1
