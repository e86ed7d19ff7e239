"""``image_embedding.phash``: perceptual hashes, by which copies of a picture are found."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import PIL.Image

from towhee.errors import UsageError
from towhee.operators.base import Operator
from towhee.operators.image_embedding.pixels import as_image, image_content
from towhee.types import Image

_FINER = 4  # the picture has this many times the hash's size before its finer detail is dropped
_NOISE = 1e-6  # of what is summed up from values up to 255; below it, a coefficient is 0


class PerceptualHashEmbedding(Operator[Image, npt.NDArray[np.float32]]):
    """Embed images as perceptual hashes, which stay the same when a picture is resized, compressed,
    blurred or made brighter; no weights, no download.

    A bit says whether one of the lowest frequencies of the grey picture is stronger than their
    median. A set bit is ``+1/sqrt(n)`` in the vector and a clear one ``-1/sqrt(n)``, so that
    vectors have unit length. With ``h`` of ``n`` bits different (the Hamming distance), the inner
    product of two vectors is ``1 - 2 h / n``, and their squared distance ``4 h / n``. Up to about
    10 of 64 bits differ between copies of one picture; strangers differ in about half. Crops, turns
    and mirror images are strangers to it.

    Args:
        hash_size: the bits along each side, between 2 and 64; a hash has ``hash_size ** 2``.

    Raises:
        UsageError: for a size that cannot be.

    Example:
        >>> embed = PerceptualHashEmbedding()
        >>> ramp = np.repeat(np.arange(64, dtype=np.uint8)[:, None, None], 64, axis=1)
        >>> vector = embed(np.repeat(ramp, 3, axis=2))
        >>> vector.shape, float(abs(vector[0]))
        ((64,), 0.125)

    Source: https://www.hackerfactor.com/blog/index.php?/archives/432-Looks-Like-It.html
    """

    placement = "threads"

    def __init__(self, *, hash_size: int = 8) -> None:
        if not isinstance(hash_size, int) or not 2 <= hash_size <= 64:
            raise UsageError(f"hash_size is a number between 2 and 64, not {hash_size!r}")
        self._hash_size = hash_size

    @property
    def dimension(self) -> int:
        """The length of the vectors."""
        return self._hash_size**2

    def content(self, value: Any) -> Any:
        """The pixels of a PIL image; anything else as it is."""
        return image_content(value)

    def batch(self, values: Sequence[Any]) -> npt.NDArray[np.float32]:
        """Vectors ``(n, hash_size ** 2) float32`` for images in any mode.

        Raises:
            DataError: for what is no image, and for one without pixels.
        """
        if not len(values):
            return np.empty((0, self.dimension), np.float32)
        bits = np.stack([self.bits(value) for value in values])
        signs = np.where(bits, np.float32(1), np.float32(-1))
        vectors: npt.NDArray[np.float32] = signs / np.float32(self._hash_size)
        return vectors

    # Any: the kinds of value that show an image have no common type.
    def bits(self, value: Any) -> npt.NDArray[np.bool_]:
        """The hash of an image, ``(hash_size ** 2,) bool``."""
        image = as_image(value)
        side = self._hash_size * _FINER
        grey = PIL.Image.fromarray(np.asarray(image.to("L")))
        small = grey.resize((side, side), PIL.Image.Resampling.LANCZOS)
        basis = _cosines(side)[: self._hash_size]
        strengths = basis @ np.asarray(small, np.float64) @ basis.T
        strengths[np.abs(strengths) < _NOISE] = 0
        bits: npt.NDArray[np.bool_] = (strengths > np.median(strengths)).ravel()
        return bits


@cache
def _cosines(side: int) -> npt.NDArray[np.float64]:
    """The discrete cosine transform (DCT-II) of ``side`` values, as a matrix."""
    places = np.arange(side)
    angles = np.pi * places[:, None] * (2 * places + 1) / (2 * side)
    cosines: npt.NDArray[np.float64] = 2 * np.cos(angles)
    return cosines
