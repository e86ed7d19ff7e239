"""What a student is to have in common with its teacher, and how it learns it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import torch

from towhee.trainer.data import NO_LABEL
from towhee.trainer.pretraining.method import Method

if TYPE_CHECKING:
    from torch import Tensor

_TEMPERATURE = 0.1


class Distiller(Method):
    """A student whose vectors, or the likeness of them, are to be the teacher's.

    Args:
        student: gives vectors ``(n, d)``.
        match: ``"vectors"`` or ``"similarities"``.
        projection: from the student's vectors to the teacher's space, for ``"vectors"``.
        classifier: of the student's vectors, where labels are learned too.
        label_weight: of the labels' cross-entropy beside the teacher's loss.
    """

    def __init__(
        self,
        student: torch.nn.Module,
        match: str,
        projection: torch.nn.Linear | None = None,
        classifier: torch.nn.Linear | None = None,
        label_weight: float = 0.0,
    ) -> None:
        super().__init__()
        self.student, self.match = student, match
        self.projection, self.classifier = projection, classifier
        self.label_weight = label_weight

    def forward(self, batch: Any) -> Tensor:
        """The loss of inputs, the teacher's vectors ``(n, d)`` and labels, -1 for none."""
        inputs, taught, labels = batch
        vectors = self.student(inputs)
        given = vectors if self.projection is None else self.projection(vectors)
        compare = vector_loss if self.match == "vectors" else similarity_loss
        loss = compare(given, taught)
        if self.classifier is not None and bool((labels != NO_LABEL).any()):
            loss = loss + self.label_weight * torch.nn.functional.cross_entropy(
                self.classifier(vectors), labels, ignore_index=NO_LABEL
            )
        return loss


def vector_loss(student: Tensor, teacher: Tensor) -> Tensor:
    """One minus the cosine of the two vectors of a sample, in the mean.

    Args:
        student: ``(n, d)``.
        teacher: ``(n, d)``.

    Example:
        >>> float(vector_loss(torch.tensor([[1.0, 0.0]]), torch.tensor([[0.0, 2.0]])))
        1.0
    """
    return 1 - torch.nn.functional.cosine_similarity(student, teacher, dim=1).mean()


def similarity_loss(student: Tensor, teacher: Tensor) -> Tensor:
    """How far the student's distribution over the other samples of a batch is from the teacher's.

    For each sample the others are as likely as their cosines to it are great; the loss is the
    mean divergence of the two distributions, 0 where all likenesses are the same. The vectors may
    have different lengths.

    Args:
        student: ``(n, d)``.
        teacher: ``(n, e)``.

    Source: Fang et al., "SEED: Self-supervised Distillation For Visual Representation", 2021,
    with the batch as the queue.
    """
    if len(student) < 3:  # one other sample is all there is to choose from
        return 0.0 * student.sum()
    said, true = (_among_others(each).log_softmax(1) for each in (student, teacher))
    return torch.nn.functional.kl_div(said, true, reduction="batchmean", log_target=True)


def _among_others(vectors: Tensor) -> Tensor:
    """Cosines to the other samples over the temperature, ``(n, n - 1)``."""
    count = len(vectors)
    directions = torch.nn.functional.normalize(vectors.float())
    cosines = directions @ directions.T / _TEMPERATURE
    others = ~torch.eye(count, dtype=torch.bool, device=vectors.device)
    return cosines[others].reshape(count, count - 1)


def first_projection(
    features: npt.NDArray[np.float32], taught: npt.NDArray[np.float32]
) -> torch.nn.Linear:
    """The linear map that brings features nearest to the teacher's vectors, as a beginning.

    Ridge regression, as strong as samples that are left out one at a time ask for: so the network
    starts where a map of its features alone would end, and never below the teacher's mean.

    Args:
        features: of the student, ``(n, d)``.
        taught: the teacher's directions, ``(n, e)``.
    """
    known, wanted = features.astype(np.float64), taught.astype(np.float64)
    centre, middle = known.mean(0), wanted.mean(0)
    left, values, right = np.linalg.svd(known - centre, full_matrices=False)
    rotated = left.T @ (wanted - middle)
    squares = np.square(values)
    errors = []
    strengths = np.geomspace(1e-6, 1e3, 28) * max(1e-12, float(squares.mean()))
    for strength in strengths:
        kept = squares / (squares + strength)
        rest = wanted - middle - left @ (kept[:, None] * rotated)
        leverage = np.square(left) @ kept + 1 / len(known)  # the mean is fitted too
        errors.append(np.square(rest / np.maximum(1e-9, 1 - leverage)[:, None]).mean())
    strength = strengths[int(np.argmin(errors))]
    weight = ((values / (squares + strength))[:, None] * rotated).T @ right
    made = torch.nn.Linear(weight.shape[1], weight.shape[0])
    with torch.no_grad():
        made.weight.copy_(torch.from_numpy(weight))
        made.bias.copy_(torch.from_numpy(middle - weight @ centre))
    return made
