"""How many results are asked for, the best first."""

from __future__ import annotations

from towhee.errors import UsageError


def check_topk(topk: int) -> int:
    """The number itself.

    Raises:
        UsageError: if it is no whole number of at least 1.
    """
    if type(topk) is not int or topk < 1:
        raise UsageError(f"topk is a whole number of at least 1, not {topk!r}")
    return topk
