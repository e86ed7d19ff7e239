"""The network: MobileNetV2's trunk, taken from the teacher, and a linear projection."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from training.embedded_image_model.data import shared_folder
from training.embedded_image_model.torchvision_cure import import_torchvision

DIMENSION = 384
SIDE = 128


class Student(nn.Module):
    """Embeds `(n, 3, S, S)` float32 pixels into `(n, 384)` float32 rows of length one."""

    def __init__(self, trunk: nn.Module) -> None:
        super().__init__()
        self.trunk = trunk
        self.projection = nn.Linear(trunk.num_features, DIMENSION)

    def forward(self, pixels: Tensor) -> Tensor:
        """Return the embedding."""
        return functional.normalize(self.projection(self.trunk(pixels)), dim=1)


def create_teacher() -> nn.Module:
    """Return the teacher without its classifier: `(n, 3, 224, 224)` to `(n, 1280)`."""
    import_torchvision()
    import timm

    folder = shared_folder() / "models" / "mobilenetv2_100.tf_in1k"
    return timm.create_model(f"local-dir:{folder}", pretrained=True, num_classes=0).eval()


def create_student() -> Student:
    """Return a student whose trunk holds the teacher's weights."""
    return Student(create_teacher())


@torch.no_grad()
def set_projection(student: Student, features: Tensor) -> None:
    """Set the projection to the principal components of `(n, 1280)` trunk features."""
    centre = features.mean(dim=0)
    components = torch.linalg.svd(features - centre, full_matrices=False).Vh[:DIMENSION]
    student.projection.weight.copy_(components)
    student.projection.bias.copy_(-components @ centre)
