"""The content of a sample: as a picture for transforms, and as a digest to compare it by."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from typing import Any

import numpy as np
import PIL.Image

from towhee.cache.content import content_digest
from towhee.errors import DataError
from towhee.fetch import read_bytes
from towhee.operators.image_decode.decode import MAX_PIXELS
from towhee.operators.image_decode.reader import image_reader

_reader = image_reader("RGB", MAX_PIXELS, ())


def as_picture(value: Any, key: str) -> PIL.Image.Image:
    """An image of any kind as a PIL image in RGB, which is what transforms take.

    It has the pixels that ``image_decode.pil`` gives, its orientation applied.

    Raises:
        DataError: if it is missing, damaged or no image; the message names the sample.
    """
    try:
        return PIL.Image.fromarray(np.asarray(_reader.read(value)))
    except DataError as error:
        raise type(error)(f"sample {key!r}: {error}") from error


def sample_digest(value: Any, key: str, files: bool) -> bytes:
    """A digest of what a value holds; of a path, of what its file holds.

    Args:
        value: bytes, a text, a number, an array, a PIL image, or a list, tuple or mapping of them.
        key: names the sample in messages.
        files: whether texts are paths. In a tuple those are that name a file.

    Raises:
        DataError: if a file cannot be read, or nothing is known of the value's kind.
    """
    if files and isinstance(value, str):
        value = os.fspath(value)
        try:
            return _known(read_bytes(value), key)
        except DataError as error:
            raise DataError(f"sample {key!r}: {error}") from error
    if isinstance(value, os.PathLike):
        return sample_digest(os.fspath(value), key, files=True)
    if isinstance(value, (list, tuple)):
        digest = hashlib.sha256(b"several")
        for part in value:
            names_file = files and isinstance(part, str) and os.path.isfile(part)
            digest.update(sample_digest(part, key, names_file))
        return digest.digest()
    if isinstance(value, Mapping):
        return sample_digest([part for item in sorted(value.items()) for part in item], key, False)
    if isinstance(value, PIL.Image.Image):
        shown = value.convert("RGBA") if value.mode == "P" else value
        return sample_digest((shown.mode, np.array(shown)), key, False)
    return _known(value, key)


def _known(value: Any, key: str) -> bytes:
    digest = content_digest(value)
    if digest is None and hasattr(value, "__array__"):  # torch's tensors, sounds
        digest = content_digest(np.asarray(value))
    if digest is None:
        raise DataError(
            f"sample {key!r}: the content of a {type(value).__name__} cannot be compared; "
            "pass paths, bytes, texts, arrays or PIL images"
        )
    return digest
