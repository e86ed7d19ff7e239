"""float32 on a GPU as it is on the CPU."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator


class FullFloat32:
    """While anyone is inside, GPUs compute float32 in full.

    Otherwise torch rounds the factors of convolutions to 10 bits (TF32), and those of matrix
    products too where the program asked for it. These settings are the process's; the first who
    comes in makes them, and the last who leaves puts back what there was.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside = 0
        self._settings = contextlib.ExitStack()

    def __enter__(self) -> None:
        with self._lock:
            if not self._inside:
                self._settings.enter_context(_without_tf32())
            self._inside += 1

    def __exit__(self, *raised: object) -> None:
        with self._lock:
            self._inside -= 1
            if not self._inside:
                self._settings.close()


full_float32 = FullFloat32()
"""The one of this process."""


@contextlib.contextmanager
def _without_tf32() -> Iterator[None]:
    import torch

    cudnn, matmul = torch.backends.cudnn, torch.backends.cuda.matmul
    products = matmul.allow_tf32
    with cudnn.flags(
        enabled=cudnn.enabled,
        benchmark=cudnn.benchmark,
        deterministic=cudnn.deterministic,
        allow_tf32=False,
    ):
        matmul.allow_tf32 = False
        try:
            yield
        finally:
            matmul.allow_tf32 = products
