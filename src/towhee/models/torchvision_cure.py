"""Import torchvision even where its compiled operators do not fit the installed torch.

A torchvision built for another torch fails at import with "operator torchvision::nms does not
exist", and takes timm with it, although timm needs only its transforms, which are Python. The
cure is to define the schemas of the missing operators and import again. It is applied only after
that very error was seen: definitions made while the real operators load abort the process.
"""

from __future__ import annotations

import importlib
import sys
import threading
from typing import Any

from towhee.errors import MissingExtraError

_SYMPTOM = "operator torchvision::nms does not exist"
_SCHEMAS = (
    "nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    "qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
)
_lock = threading.Lock()
_definitions: list[Any] = []  # a torch library lives as long as its Python object


def import_torchvision() -> Any:
    """The torchvision module; its ``ops.nms`` raises where the compiled operators are missing.

    Raises:
        MissingExtraError: if torch or torchvision is not installed.
    """
    with _lock:
        try:
            return importlib.import_module("torchvision")
        except ModuleNotFoundError as error:
            if error.name not in ("torch", "torchvision"):
                raise
            raise MissingExtraError("this model", "torch") from error
        except RuntimeError as error:
            if _SYMPTOM not in str(error) or _definitions:
                raise
        _define_operators()
        for name in [name for name in sys.modules if name.split(".")[0] == "torchvision"]:
            del sys.modules[name]
        return importlib.import_module("torchvision")


def _define_operators() -> None:
    import torch

    library: Any = torch.library.Library("torchvision", "DEF")  # type: ignore[no-untyped-call]
    for schema in _SCHEMAS:
        library.define(schema)
    _definitions.append(library)
