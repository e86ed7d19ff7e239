"""The network: MobileNetV2's trunk, taken from the teacher, and a linear projection."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional
from training.embedded_image_model.data import shared_folder

from towhee.models.torchvision_cure import import_torchvision

DIMENSION = 384
SIDE = 128
_FEATURES = 1280
_EARLY_BLOCKS = 3


class Student(nn.Module):
    """Embeds `(n, 3, S, S)` float32 pixels into `(n, 384)` float32 rows of length one.

    `early` is the part of the trunk that keeps the teacher's weights, `late` the part that learns.
    """

    def __init__(self, early: nn.Module, late: nn.Module) -> None:
        super().__init__()
        self.early = early
        self.late = late
        self.projection = nn.Linear(_FEATURES, DIMENSION)

    def project(self, features: Tensor) -> Tensor:
        """Return the embedding, given the trunk's `(n, 1280)` features."""
        return functional.normalize(self.projection(features), dim=1)

    def forward(self, pixels: Tensor) -> Tensor:
        """Return the embedding."""
        return self.project(self.late(self.early(pixels)))


def create_teacher() -> Any:
    """Return the teacher without its classifier: `(n, 3, 224, 224)` to `(n, 1280)`.

    It is `Any` because timm's classes are not typed.
    """
    import_torchvision()
    import timm

    folder = shared_folder() / "models" / "mobilenetv2_100.tf_in1k"
    return timm.create_model(f"local-dir:{folder}", pretrained=True, num_classes=0).eval()


def create_student() -> Student:
    """Return a student whose trunk holds the teacher's weights, ready for inference."""
    trunk = create_teacher()
    early = nn.Sequential(trunk.conv_stem, trunk.bn1, *trunk.blocks[:_EARLY_BLOCKS])
    late = nn.Sequential(
        *trunk.blocks[_EARLY_BLOCKS:], trunk.conv_head, trunk.bn2, trunk.global_pool
    )
    early.requires_grad_(False)
    return Student(early, late).eval()


@torch.no_grad()
def set_projection(student: Student, features: Tensor) -> None:
    """Set the projection to the principal components of `(n, 1280)` trunk features."""
    centre = features.mean(dim=0)
    components = torch.linalg.svd(features - centre, full_matrices=False).Vh[:DIMENSION]
    student.projection.weight.copy_(components)
    student.projection.bias.copy_(-components @ centre)
