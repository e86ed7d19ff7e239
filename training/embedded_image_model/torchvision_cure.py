"""Imports torchvision beside a CPU build of torch, for which its compiled operators are missing."""

from __future__ import annotations

import sys
from types import ModuleType

_MISSING_OPERATOR = "torchvision::nms does not exist"
_SCHEMAS = {
    "nms": "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    "qnms": "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
}
_libraries: list[object] = []


def import_torchvision() -> ModuleType:
    """Return torchvision, with stand-ins for the two operators that a CPU torch may lack.

    The schemas are defined only after the import failed for want of them: defining them beside
    the real operators would abort the process.

    Raises:
        RuntimeError: torchvision fails to import for any other reason.
    """
    try:
        import torchvision
    except RuntimeError as error:
        if _MISSING_OPERATOR not in str(error):
            raise
        _define_operators()
        for name in [name for name in sys.modules if name.split(".")[0] == "torchvision"]:
            del sys.modules[name]
        import torchvision
    module: ModuleType = torchvision
    return module


def _define_operators() -> None:
    import torch

    library = torch.library.Library("torchvision", "DEF")
    for name, signature in _SCHEMAS.items():
        library.define(name + signature)
    _libraries.append(library)  # the definitions live as long as this object
