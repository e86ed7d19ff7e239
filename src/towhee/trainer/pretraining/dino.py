"""DINO: small views of an image are to say what a slow teacher says of large ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from towhee.trainer.pretraining.method import Method
from towhee.trainer.pretraining.moving_average import MovingAverage

if TYPE_CHECKING:
    from torch import Tensor

GLOBAL_CROPS = 2
"""Large views, which the teacher sees; the student sees them too."""

_HIDDEN, _BOTTLENECK = 512, 128


class DinoHead(torch.nn.Module):
    """Vectors to scores of prototypes: a small network, then cosines to directions.

    Args:
        width: of the vectors.
        prototypes: how many directions.
    """

    def __init__(self, width: int, prototypes: int) -> None:
        super().__init__()
        self.layers = torch.nn.Sequential(
            torch.nn.Linear(width, _HIDDEN),
            torch.nn.GELU(),
            torch.nn.Linear(_HIDDEN, _HIDDEN),
            torch.nn.GELU(),
            torch.nn.Linear(_HIDDEN, _BOTTLENECK),
        )
        for layer in self.layers:
            if isinstance(layer, torch.nn.Linear):
                torch.nn.init.trunc_normal_(layer.weight, std=0.02)
                torch.nn.init.zeros_(layer.bias)
        self.prototypes = torch.nn.Parameter(torch.randn(prototypes, _BOTTLENECK))

    def forward(self, vectors: Tensor) -> Tensor:
        """Cosines ``(n, prototypes)``."""
        normalize = torch.nn.functional.normalize
        scores: Tensor = normalize(self.layers(vectors)) @ normalize(self.prototypes).T
        return scores


class DinoLoss(torch.nn.Module):
    """Cross-entropy from the teacher's distribution to the student's, over different views.

    The teacher's scores are centred, so that no prototype wins always, and sharpened by a low
    temperature, so that they are not all alike: each alone would let everything collapse.

    Args:
        prototypes: how many scores a view has.
        student_temperature: of the student's softmax.
        teacher_temperature: of the teacher's; lower.
        centre_momentum: the share of the centre that stays at a step.

    Source: Caron et al., "Emerging Properties in Self-Supervised Vision Transformers", 2021.
    """

    centre: Tensor

    def __init__(
        self,
        prototypes: int,
        student_temperature: float = 0.1,
        teacher_temperature: float = 0.04,
        centre_momentum: float = 0.9,
    ) -> None:
        super().__init__()
        self.student_temperature = student_temperature
        self.teacher_temperature = teacher_temperature
        self.centre_momentum = centre_momentum
        self.register_buffer("centre", torch.zeros(prototypes))

    def forward(self, student: list[Tensor], teacher: list[Tensor]) -> Tensor:
        """The mean over all pairs of a teacher's view and another one of the student's.

        Args:
            student: scores ``(n, prototypes)`` of each view, the teacher's in front.
            teacher: scores of each large view.
        """
        said = [(each / self.student_temperature).log_softmax(1) for each in student]
        true = [((each - self.centre) / self.teacher_temperature).softmax(1) for each in teacher]
        losses = [
            -(wanted * given).sum(1).mean()
            for place, wanted in enumerate(true)
            for other, given in enumerate(said)
            if other != place
        ]
        if self.training:
            self._move_centre(torch.cat(teacher))
        return torch.stack(losses).mean()

    @torch.no_grad()
    def _move_centre(self, teacher: Tensor) -> None:
        mean = teacher.mean(0)
        if torch.distributed.is_available() and torch.distributed.is_initialized():
            torch.distributed.all_reduce(mean)
            mean /= torch.distributed.get_world_size()
        self.centre.lerp_(mean, 1 - self.centre_momentum)


class Dino(Method):
    """A student that learns of a teacher which is the moving average of itself.

    Args:
        network: gives vectors ``(n, d)`` for views of any size that it is given.
        copy: the same network once more, for the teacher.
        width: of the vectors.
        steps: of the optimizer, all epochs together.
        prototypes: how many directions distributions are over; the paper's 65,536 are for
            millions of images.
        momentum: of the teacher at the first step.
        student_temperature: of its softmax.
        teacher_temperature: of its softmax.
        centre_momentum: the share of the centre that stays at a step.
    """

    targets_move = True

    def __init__(
        self,
        network: torch.nn.Module,
        copy: torch.nn.Module,
        width: int,
        steps: int,
        *,
        prototypes: int = 1024,
        momentum: float = 0.99,
        student_temperature: float = 0.1,
        teacher_temperature: float = 0.04,
        centre_momentum: float = 0.9,
    ) -> None:
        super().__init__()
        head, teacher_head = DinoHead(width, prototypes), DinoHead(width, prototypes)
        teacher_head.load_state_dict(head.state_dict())
        self.student = torch.nn.Sequential(network, head)
        self.teacher = MovingAverage(torch.nn.Sequential(copy, teacher_head), momentum, steps)
        self.loss = DinoLoss(prototypes, student_temperature, teacher_temperature, centre_momentum)

    def forward(self, views: list[Tensor]) -> Tensor:
        """The loss of two large views and any number of small ones."""
        large, small = views[:GLOBAL_CROPS], views[GLOBAL_CROPS:]
        count = len(large[0])
        said = list(self.student(torch.cat(large)).split(count))
        if small:  # they are of one size, so they are one batch
            said += self.student(torch.cat(small)).split(count)
        loss: Tensor = self.loss(said, list(self.teacher(torch.cat(large)).split(count)))
        return loss

    def follow(self) -> None:
        """The teacher takes its step."""
        self.teacher.follow(self.student)
