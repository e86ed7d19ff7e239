"""The JPEG files that a benchmark embeds."""

from __future__ import annotations

from itertools import cycle, islice
from pathlib import Path

SUFFIXES = (".jpg", ".jpeg")


def jpeg_files(folder: Path, count: int | None = None) -> list[str]:
    """The paths of the JPEG files of a folder, sorted; repeated or cut to ``count`` if given.

    Raises:
        FileNotFoundError: if the folder holds none.
    """
    found = sorted(str(path) for path in folder.iterdir() if path.suffix.lower() in SUFFIXES)
    if not found:
        raise FileNotFoundError(f"{folder} holds no file that ends in {' or '.join(SUFFIXES)}")
    return found if count is None else list(islice(cycle(found), count))
