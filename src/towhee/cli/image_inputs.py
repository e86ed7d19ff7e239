"""From what a user names on the command line to the images themselves."""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Callable, Iterator, Sequence

from towhee.errors import MissingFileError

SUFFIXES = frozenset(
    {
        *(".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".apng", ".gif", ".webp", ".bmp", ".dib"),
        *(".tif", ".tiff", ".avif", ".jp2", ".j2k", ".jpx", ".ppm", ".pgm", ".pbm", ".pnm", ".ico"),
        *(".heic", ".heif", ".jxl"),  # no decoder reads these, and who has them should be told
    }
)
"""Endings, in any case, by which a file in a folder is taken for an image."""

_ADDRESS = re.compile(r"https?://", re.IGNORECASE)


class ImageInputs:
    """The paths and addresses of images, in the order in which they were named.

    A file is taken whatever its name; a folder stands for the images in it, sorted, without
    hidden files and folders. Nothing is given twice: what is named on its own is left out of
    the folder around it. Folders are read as they are iterated, so that a folder of any size
    costs no memory.

    Args:
        named: files, folders, patterns (``**`` matches folders at any depth) and addresses.
        recursive: whether a folder stands for the images in its subfolders too.
        on_unreadable: is called with the path of a folder that cannot be read, and the error.

    Raises:
        MissingFileError: if a path does not exist, or a pattern matches nothing.
    """

    def __init__(
        self,
        named: Sequence[str],
        *,
        recursive: bool = True,
        on_unreadable: Callable[[str, OSError], None],
    ) -> None:
        roots = [path for name in named for path in _expanded(name)]
        self._roots: dict[str, str] = {}
        for root in roots:
            self._roots.setdefault(_identity(root), root)
        self._recursive = recursive
        self._on_unreadable = on_unreadable

    def __iter__(self) -> Iterator[str]:
        for root in self._roots.values():
            if is_address(root) or not os.path.isdir(root):
                yield root
            else:
                yield from self._images_in(root)

    def _images_in(self, folder: str) -> Iterator[str]:
        for parent, folders, files in os.walk(folder, onerror=self._report):
            inner = (name for name in folders if not name.startswith("."))
            kept = [name for name in inner if not self._is_named(parent, name)]
            folders[:] = sorted(kept) if self._recursive else []
            for name in sorted(files):
                if is_image_name(name) and not self._is_named(parent, name):
                    yield os.path.join(parent, name)

    def _is_named(self, parent: str, name: str) -> bool:
        return _identity(os.path.join(parent, name)) in self._roots

    def _report(self, error: OSError) -> None:
        self._on_unreadable(str(error.filename), error)


def is_image_name(name: str) -> bool:
    """Whether a file in a folder is taken for an image: by its ending, unless it is hidden.

    Example:
        >>> is_image_name("A.JPG"), is_image_name("notes.txt"), is_image_name("._a.jpg")
        (True, False, False)
    """
    return not name.startswith(".") and os.path.splitext(name)[1].lower() in SUFFIXES


def is_address(name: str) -> bool:
    """Whether it is an http or https address."""
    return _ADDRESS.match(name) is not None


def _expanded(name: str) -> list[str]:
    if is_address(name) or os.path.exists(name):
        return [name]
    if not glob.has_magic(name):
        raise MissingFileError(f"{name!r} does not exist (looked in {os.getcwd()!r})")
    found = sorted(glob.glob(name, recursive=True))
    if not found:
        raise MissingFileError(f"no file matches {name!r} in {os.getcwd()!r}")
    return found


def _identity(path: str) -> str:
    return path if is_address(path) else os.path.abspath(path)
