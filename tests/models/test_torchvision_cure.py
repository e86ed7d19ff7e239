"""timm works beside a torchvision whose compiled operators do not fit the installed torch."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def printed(program: str, **environment: str) -> str:
    """What a program prints in a Python of its own, whose imports are its own too."""
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_timm_imports_after_the_cure_in_whichever_thread_comes_first() -> None:
    program = """
import sys
from concurrent.futures import ThreadPoolExecutor
from towhee.models.torchvision_cure import import_torchvision
with ThreadPoolExecutor(8) as pool:
    found = set(pool.map(lambda _: import_torchvision(), range(16)))
assert found == {sys.modules["torchvision"]} == {import_torchvision()}
import timm
from torchvision.transforms import CenterCrop
print(timm.create_model("resnet18", num_classes=0).num_features)
"""
    assert printed(program) == "512"


def fake_torchvision(folder: Path, init: str) -> str:
    """A folder to put in front of the path, with a torchvision that is only this."""
    package = folder / "torchvision"
    package.mkdir()
    (package / "half.py").write_text("")
    (package / "__init__.py").write_text(init)
    return str(folder)


IMPORT = """
import sys
from towhee.models.torchvision_cure import import_torchvision
try:
    print(import_torchvision().answer)
except Exception as error:
    print(type(error).__name__, error)
"""


def test_the_very_error_is_cured_and_half_imported_modules_are_dropped(tmp_path: Path) -> None:
    init = """
import sys, torch
import torchvision.half
try:
    torch._C._dispatch_has_kernel_for_dispatch_key("torchvision::nms", "Meta")
except RuntimeError:
    torchvision.half.left_over = True
    raise
answer = not hasattr(torchvision.half, "left_over")
"""
    assert printed(IMPORT, PYTHONPATH=fake_torchvision(tmp_path, init)) == "True"


def test_another_error_is_handed_on_and_defines_nothing(tmp_path: Path) -> None:
    path = fake_torchvision(tmp_path, "raise RuntimeError('operator torchvision::roi: no')")
    program = IMPORT + "import torch\nprint(hasattr(torch.ops.torchvision, 'nms'))"
    told, defined = printed(program, PYTHONPATH=path).splitlines()
    assert told == "RuntimeError operator torchvision::roi: no"
    assert defined == "False"


def test_a_torchvision_that_is_absent_is_an_extra_to_install(tmp_path: Path) -> None:
    absent = "import sys\nsys.modules['torchvision'] = None\n"
    told = printed(absent + IMPORT)
    assert told.startswith("MissingExtraError")
    assert 'pip install "towhee[torch]"' in told


def test_a_package_that_torchvision_lacks_is_not_called_torchvision(tmp_path: Path) -> None:
    path = fake_torchvision(tmp_path, "import no_such_package")
    told = printed(IMPORT, PYTHONPATH=path)
    assert told == "ModuleNotFoundError No module named 'no_such_package'"


def test_models_are_described_without_torch() -> None:
    program = (
        "import sys, towhee.models, towhee.pipelines\n"
        "towhee.pipelines.list_pipelines(); towhee.pipeline('image-embedding-resnet50')\n"
        "from towhee.operators.image_embedding.timm import TimmImageEmbedding\n"
        "from towhee.operators.image_embedding.embedded import EmbeddedImageEmbedding\n"
        "assert TimmImageEmbedding('resnet50').dimension == 2048\n"
        "assert EmbeddedImageEmbedding().dimension > 0\n"
        "heavy = ('torch', 'timm', 'torchvision', 'huggingface_hub', 'onnxruntime')\n"
        "print([module for module in heavy if module in sys.modules])"
    )
    assert printed(program) == "[]"
