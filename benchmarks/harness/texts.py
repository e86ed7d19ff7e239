"""Texts of mixed length for benchmarks, the same in every run over the same documents."""

from __future__ import annotations

import numpy as np

from harness.options import BENCHMARKS

DOCUMENTS = ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "LICENSE")
_MEDIAN, _SPREAD, _MOST = 18, 0.8, 400  # words


def texts(count: int) -> list[str]:
    """So many texts: runs of words of the project's own documents.

    Their lengths in words are log-normal, as those of sentences and paragraphs are: half have at
    most 18, two thirds between 8 and 40, one in ten more than 50.
    """
    root = BENCHMARKS.parent
    words = " ".join((root / name).read_text() for name in DOCUMENTS).split()
    random = np.random.default_rng(0)
    lengths = np.clip(random.lognormal(np.log(_MEDIAN), _SPREAD, count), 1, _MOST).astype(int)
    starts = random.integers(0, len(words) - _MOST, count)
    return [
        " ".join(words[start : start + length])
        for start, length in zip(starts, lengths, strict=True)
    ]
