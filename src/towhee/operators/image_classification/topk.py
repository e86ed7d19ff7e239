"""How many classes a classifier is asked for."""

from __future__ import annotations

from towhee.errors import UsageError


def check_topk(topk: int) -> int:
    """The number itself.

    Raises:
        UsageError: if it is no number of classes.
    """
    if type(topk) is not int or topk < 1:
        raise UsageError(f"topk is a whole number above 0, not {topk!r}")
    return topk
