"""Whether a value is a picture, a file or plain text, as far as can be told without reading it."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
import PIL.Image

from towhee.errors import MissingFileError
from towhee.fetch import is_url
from towhee.types import AudioFrame, Image

Kind = Literal["image", "audio", "video", "document"]

_ENDINGS: dict[Kind, str] = {
    "image": "jpg jpeg jpe jfif png webp gif bmp tif tiff avif jp2 ppm pgm pbm ico",
    "audio": "wav mp3 flac ogg oga opus m4a aac aiff aif wma",
    "video": "mp4 mov avi mkv webm m4v mpg mpeg wmv",
    "document": "txt md pdf docx html htm xlsx csv npy",
}
_KINDS = {ending: kind for kind, endings in _ENDINGS.items() for ending in endings.split()}
# JPEG, PNG, GIF, BMP, TIFF, WebP, AVIF, JPEG 2000
_IMAGE_BYTES = re.compile(
    rb"\xff\xd8\xff|\x89PNG|GIF8|BM|II\*\0|MM\0\*|(?s:RIFF.{4}WEBP)|(?s:.{4}ftypavi)|\0\0\0\x0cjP"
)


def kind_of_file(path: str) -> Kind | None:
    """What a file holds by the ending of its name; ``None`` for an ending that is not known.

    Example:
        >>> kind_of_file("a/towhee.JPG"), kind_of_file("notes")
        ('image', None)
    """
    return _KINDS.get(os.path.splitext(path)[1][1:].lower())


def is_picture(value: object, files: bool) -> bool:
    """Whether a value shows an image: by its kind, its first bytes, or its file's ending."""
    if isinstance(value, (PIL.Image.Image, Image)):
        return True
    if isinstance(value, np.ndarray):
        return value.dtype == np.uint8 and value.ndim == 3 and value.shape[2] in (3, 4)
    if isinstance(value, (bytes, bytearray)):
        return _IMAGE_BYTES.match(value) is not None
    if isinstance(value, os.PathLike) or (files and isinstance(value, str)):
        path = os.fspath(value)
        return (kind_of_file(path) or _kind_by_content(path)) == "image"
    return False


def _kind_by_content(path: str) -> Kind | None:
    """Whether a file whose name does not end in a known way begins as an image does."""
    if not os.path.isfile(path):
        return None
    with open(path, "rb") as file:
        return "image" if _IMAGE_BYTES.match(file.read(16)) else None


def unwrapped(value: Any) -> Any:
    """What a cell of a table holds, without the form that Hugging Face's tables give it.

    An image or a sound there is ``{"bytes": …, "path": …}``, or ``{"array": …, "sampling_rate":
    …}`` once decoded, which becomes an ``AudioFrame``.
    """
    if isinstance(value, Mapping):
        if set(value) == {"bytes", "path"}:
            return value["path"] if value["bytes"] is None else value["bytes"]
        if {"array", "sampling_rate"} <= set(value):
            samples = np.atleast_2d(np.asarray(value["array"], np.float32))
            return AudioFrame(samples, int(value["sampling_rate"]))
    return value


# Any: what else a column holds stays as it is.
def located(paths: Sequence[Any], folder: str | None, keys: Sequence[str]) -> list[Any]:
    """Paths of files that are there, absolute, so that no later change of folder matters.

    Args:
        paths: absolute, or relative to ``folder`` or the working folder; addresses and what is
            no path stay.
        folder: where the table lies that names them.
        keys: the samples' names, for the message.

    Raises:
        MissingFileError: if one is not there.
    """
    found: list[Any] = []
    missing: list[int] = []
    places = [os.getcwd()] if folder is None else [os.path.abspath(folder), os.getcwd()]
    for index, path in enumerate(paths):
        is_path = isinstance(path, os.PathLike) or (isinstance(path, str) and not is_url(path))
        if not is_path:
            found.append(path)
            continue
        joined = (os.path.join(place, path) for place in places)
        there = next((name for name in joined if os.path.isfile(name)), None)
        if there is None:
            missing.append(index)
        else:
            found.append(there)
    if missing:
        first = missing[0]
        looked = " and ".join(map(repr, places))
        raise MissingFileError(
            f"{len(missing)} of {len(paths)} files are not there, first that of sample "
            f"{keys[first]!r}: {os.fspath(paths[first])!r} (looked in {looked}); "
            "correct the paths, or drop these rows"
        )
    return found
