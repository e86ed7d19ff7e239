"""The names of devices."""

from __future__ import annotations

import re

from towhee.errors import UsageError

_DEVICE = re.compile(r"auto|cpu|mps|cuda(:\d+)?")


def check_device(device: str) -> None:
    """Raise ``UsageError`` unless it is the name of a device; whether it is there is not asked."""
    if not isinstance(device, str) or not _DEVICE.fullmatch(device):
        raise UsageError(f'device is "auto", "cpu", "cuda", "cuda:0", … or "mps", not {device!r}')
