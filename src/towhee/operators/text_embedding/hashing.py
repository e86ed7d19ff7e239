"""``text_embedding.hashing``: vectors of the words and letters of a text, without a model."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from towhee.errors import UsageError
from towhee.models.vectors import unit_length
from towhee.operators.base import Operator
from towhee.operators.text_embedding.text import as_text

_WORD = re.compile(r"\w+")
_WEIGHTINGS = ("log", "count", "binary")
_SIGN = 1 << 63

Lengths = tuple[int, int]


class HashingTextEmbedding(Operator[str, npt.NDArray[np.float32]]):
    """Embed texts by the words and pieces of words that they have in common; no model, no download.

    Each word, each pair of neighbouring words and each run of letters within a word is hashed to
    one place of the vector, with a sign, and counted there. So misspelt and inflected words stay
    near, and texts that say the same in other words do not: for that take a model. It learns
    nothing of which words are frequent. The vectors are the same in every process, on every
    machine and in every version.

    Args:
        dimension: the length of the vectors; the longer, the fewer different words share a place.
        words: the fewest and the most neighbouring words that are counted as one; ``(0, 0)`` for
            none.
        characters: the same for letters within a word, of which its two ends count as one each.
        ignore: words that are left out, such as "the" and "of", which make any two texts alike.
        weighting: of something that occurs ``n`` times: ``"log"`` for ``1 + ln n``, ``"count"``
            for ``n``, ``"binary"`` for 1.
        normalize: whether vectors have unit length; that of a text without a word is zero.

    Raises:
        UsageError: for arguments that cannot be.

    Example:
        >>> embed = HashingTextEmbedding()
        >>> cat, cats, tax = embed.batch(["a black cat", "black cats", "tax return"])
        >>> bool(cat @ cats > 0.5 > cat @ tax)
        True

    Source: Weinberger and others, "Feature Hashing for Large Scale Multitask Learning",
    https://arxiv.org/abs/0902.2206
    """

    def __init__(
        self,
        dimension: int = 1024,
        *,
        words: Lengths = (1, 2),
        characters: Lengths = (3, 5),
        ignore: Sequence[str] = (),
        weighting: str = "log",
        normalize: bool = True,
    ) -> None:
        if not isinstance(dimension, int) or isinstance(dimension, bool) or dimension < 1:
            raise UsageError(f"dimension is a number from 1, not {dimension!r}")
        if weighting not in _WEIGHTINGS:
            raise UsageError(f"weighting is one of {', '.join(_WEIGHTINGS)}, not {weighting!r}")
        self.dimension = dimension
        self._words = _checked("words", words)
        self._characters = _checked("characters", characters)
        if not (self._words[1] or self._characters[1]):
            raise UsageError("words=(0, 0) and characters=(0, 0) leave nothing to be counted")
        self._ignored = {word for text in ignore for word in _words(as_text(text))}
        self._weighting = weighting
        self._normalize = normalize

    def batch(self, values: Sequence[Any]) -> npt.NDArray[np.float32]:
        """Vectors ``(n, dimension) float32``.

        Raises:
            DataError: for what is no text.
        """
        vectors = np.zeros((len(values), self.dimension), np.float64)
        for vector, value in zip(vectors, values, strict=True):
            for feature, count in Counter(self._features(as_text(value))).items():
                place, sign = _hashed(feature, self.dimension)
                vector[place] += sign * self._weight(count)
        made = vectors.astype(np.float32)
        return unit_length(made) if self._normalize else made

    def _features(self, text: str) -> Iterator[str]:
        words = [word for word in _words(text) if word not in self._ignored]
        least, most = self._words
        for length in range(max(1, least), most + 1):
            for start in range(len(words) - length + 1):
                yield "w " + " ".join(words[start : start + length])
        least, most = self._characters
        for word in words:
            ended = f" {word} "
            for length in range(max(1, least), most + 1):
                for start in range(len(ended) - length + 1):
                    yield "c" + ended[start : start + length]

    def _weight(self, count: int) -> float:
        if self._weighting == "log":
            return 1 + float(np.log(count))
        return float(count) if self._weighting == "count" else 1.0


def _words(text: str) -> list[str]:
    """Its words, however their letters are composed and whether or not they are capital.

    Half of a surrogate pair is no letter, so that none gets as far as the hash.
    """
    words: list[str] = _WORD.findall(unicodedata.normalize("NFKC", text).casefold())
    return words


def _hashed(feature: str, dimension: int) -> tuple[int, int]:
    """The place of a feature, and the sign with which it counts there."""
    digest = hashlib.blake2b(feature.encode(), digest_size=8).digest()
    number = int.from_bytes(digest, "little")
    return number % dimension, 1 if number & _SIGN else -1


def _checked(name: str, lengths: Lengths) -> Lengths:
    try:
        least, most = lengths
    except (TypeError, ValueError):
        least, most = -1, -1
    if not (isinstance(least, int) and isinstance(most, int) and 0 <= least <= most):
        raise UsageError(f"{name} is the fewest and the most of them, (1, 2), not {lengths!r}")
    return least, most
