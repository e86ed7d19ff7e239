"""timm works beside a torchvision whose compiled operators do not fit the installed torch."""

from __future__ import annotations

import subprocess
import sys

PROGRAM = """
import sys
from towhee.models.torchvision_cure import import_torchvision
torchvision = import_torchvision()
assert import_torchvision() is torchvision is sys.modules["torchvision"]
import timm
from torchvision.transforms import CenterCrop
print(timm.create_model("resnet18", num_classes=0).num_features)
"""


def test_timm_imports_after_the_cure() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True)
    assert done.stdout.strip() == "512", done.stderr


def test_describing_models_does_not_import_torch() -> None:
    program = (
        "import sys, towhee.models, towhee.pipelines\n"
        "towhee.pipelines.list_pipelines(); towhee.pipeline('image-embedding-resnet50')\n"
        "print([m for m in ('torch', 'timm', 'torchvision', 'transformers') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr
