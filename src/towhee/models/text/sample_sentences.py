"""Real texts on which the ways to run a sentence model are compared."""

from __future__ import annotations

from functools import cache
from importlib.resources import files


@cache
def sample_sentences() -> tuple[str, ...]:
    """The texts inside the package, from one word to three hundred, in several scripts.

    Neighbours are unlike in length.
    """
    content = files("towhee.models.text").joinpath("sentences.txt").read_text(encoding="utf-8")
    return tuple(content.splitlines())
