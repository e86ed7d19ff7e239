"""The JPEG files that a benchmark embeds."""

from __future__ import annotations

from itertools import cycle, islice
from pathlib import Path

import PIL.Image

SUFFIXES = (".jpg", ".jpeg")
_ORIENTATION = 0x0112  # of Exif
_TURNED = range(2, 9)


def jpeg_files(folder: Path, count: int | None = None) -> list[str]:
    """The paths of the JPEG files of a folder, sorted; repeated or cut to ``count`` if given.

    Photographs that have to be turned are left out: towhee turns them, a plain loop over Pillow
    does not, and the vectors of the two could not be compared.

    Raises:
        FileNotFoundError: if the folder holds none.
    """
    files = (path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES)
    found = sorted(str(path) for path in files if not _is_turned(path))
    if not found:
        raise FileNotFoundError(f"{folder} holds no file that ends in {' or '.join(SUFFIXES)}")
    return found if count is None else list(islice(cycle(found), count))


def _is_turned(path: Path) -> bool:
    with PIL.Image.open(path) as image:
        return image.getexif().get(_ORIENTATION) in _TURNED
