"""The random numbers of a training, which are its own."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np


@contextmanager
def seeded(*numbers: int) -> Iterator[None]:
    """Random numbers of Python, NumPy and torch from a seed; the caller's go on afterwards.

    Args:
        numbers: which together are the seed, such as an epoch and a place.
    """
    import torch

    of_python, of_numpy = random.getstate(), np.random.get_state()
    with torch.random.fork_rng(devices=[]):
        seed_all(*numbers)
        try:
            yield
        finally:
            random.setstate(of_python)
            np.random.set_state(of_numpy)


def seed_all(*numbers: int) -> None:
    """Begin the random numbers of Python, NumPy and torch anew."""
    import torch

    seed = int(np.random.SeedSequence(list(numbers)).generate_state(1)[0])
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)
