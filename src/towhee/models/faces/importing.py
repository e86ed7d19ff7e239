"""torch, for the face models that run in it."""

from __future__ import annotations

from types import ModuleType

from towhee.errors import MissingExtraError


def import_torch(what: str) -> ModuleType:
    """torch.

    Args:
        what: needs it, for messages.

    Raises:
        MissingExtraError: if it is not installed, or what reads its weights is not.
    """
    try:
        import safetensors  # noqa: F401 (weights are read by it)
        import torch
    except ModuleNotFoundError as error:
        raise MissingExtraError(what, "torch") from error
    return torch
