"""What training makes small, by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, get_args

from towhee.errors import UnknownNameError, UsageError
from towhee.trainer.importing import import_metric_losses

if TYPE_CHECKING:
    import torch

LossName = Literal[
    "CrossEntropyLoss", "SupConLoss", "TripletMarginLoss", "ArcFaceLoss", "ProxyAnchorLoss"
]
_PROXIES = ("ArcFaceLoss", "ProxyAnchorLoss")


def embedding_loss(
    name: str,
    *,
    dimension: int,
    classes: int,
    label_smoothing: float = 0.0,
    **arguments: Any,
) -> torch.nn.Module:
    """A module that gives the loss of vectors ``(n, d)`` with labels ``(n,) int64``.

    What it learns besides the vectors (a classifier, a proxy for each class) are its parameters.

    Args:
        name: ``"CrossEntropyLoss"`` puts a softmax classifier on the vectors;
            ``"SupConLoss"`` (supervised contrastive) and ``"TripletMarginLoss"`` compare the
            vectors of a batch with each other; ``"ArcFaceLoss"`` and ``"ProxyAnchorLoss"``
            compare them with a learned proxy of each class.
        dimension: of the vectors.
        classes: how many there are.
        label_smoothing: of cross-entropy.
        arguments: of a loss of pytorch-metric-learning, ``margin=0.2``.

    Raises:
        UnknownNameError: for another name.
        UsageError: for arguments that the loss does not take.

    Source: https://kevinmusgrave.github.io/pytorch-metric-learning/losses/
    """
    check_loss(name)
    if name == "CrossEntropyLoss":
        if arguments:
            raise UsageError(
                f"CrossEntropyLoss takes no {', '.join(arguments)} here: label_smoothing is a "
                "setting of the config"
            )
        return classifier_loss(dimension, classes, label_smoothing)
    losses = import_metric_losses()
    # Any: the library's classes have no types.
    made: Any = getattr(losses, name)
    if name in _PROXIES:
        arguments = {"num_classes": classes, "embedding_size": dimension, **arguments}
    try:
        loss: torch.nn.Module = made(**arguments)
    except TypeError as error:
        raise UsageError(f"{name} does not take these arguments: {error}") from error
    return loss


def check_loss(name: str) -> None:
    """Refuse the name of a loss that there is not.

    Raises:
        UnknownNameError: which offers the closest.
    """
    if name not in get_args(LossName):
        raise UnknownNameError(
            "loss", name, get_args(LossName), f"(there are {', '.join(get_args(LossName))})"
        )


def classifier_loss(dimension: int, classes: int, label_smoothing: float) -> torch.nn.Module:
    """Cross-entropy behind a linear classifier; labels may be shares ``(n, classes)`` too."""
    import torch

    class ClassifierLoss(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.classifier = torch.nn.Linear(dimension, classes)
            self.label_smoothing = label_smoothing

        def forward(self, vectors: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
            return torch.nn.functional.cross_entropy(
                self.classifier(vectors), labels, label_smoothing=self.label_smoothing
            )

    return ClassifierLoss()
