"""Weights that are pickles, which can run any code when they are loaded."""

from __future__ import annotations

from pathlib import Path

from towhee.errors import WeightsError

PICKLE_SUFFIXES = (".pth", ".pt", ".bin", ".ckpt", ".pkl", ".pickle", ".joblib")
"""How the names of files end that may run code when they are read."""

_ARCHIVE_OF_PICKLES = ".tar"  # as timm and others call what training leaves, ``.pth.tar``


def is_pickle(file: Path) -> bool:
    """Whether a file may run code when it is read, as its name tells."""
    return file.suffix.lower() in PICKLE_SUFFIXES


def refused_pickle(file: Path | str) -> WeightsError:
    """The error for weights that can run code, where the user did not say that they may."""
    suffix = Path(file).suffix.lower()
    is_known = suffix in PICKLE_SUFFIXES or suffix == _ARCHIVE_OF_PICKLES
    kind = "is a pickle" if is_known else "is no .safetensors file but a pickle"
    return WeightsError(
        f"{str(file)!r} {kind}, which can run any code when it is loaded; convert it to "
        "safetensors, or pass trust_pickle=True if you trust whoever made it"
    )
