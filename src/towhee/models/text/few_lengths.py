"""Few lengths of batches, for backends that keep something for each shape they meet."""

from __future__ import annotations

_STEPS = ((64, 4), (128, 8))
_LAST_STEP = 16


def few_lengths(length: int, limit: int | None) -> int:
    """A length of this or a few tokens more, of which there are few.

    OpenVINO keeps two megabytes for each shape of its inputs; a service of texts meets hundreds in
    an hour. With steps of a tenth of the length it meets a tenth of them, for one token in twenty
    that is padding.

    Args:
        length: in tokens.
        limit: which no text exceeds; ``None`` if it is not known, and the length is kept.

    Example:
        >>> few_lengths(5, 512), few_lengths(66, 512), few_lengths(200, 202)
        (8, 72, 202)
    """
    if limit is None or length >= limit:
        return length
    step = next((step for most, step in _STEPS if length <= most), _LAST_STEP)
    return min(-(-length // step) * step, limit)
