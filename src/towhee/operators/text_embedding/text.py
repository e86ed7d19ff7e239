"""What an operator on texts accepts as a text."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from towhee.errors import DataError
from towhee.operators.base import short


class ReadText(str):
    """A text with what a model made of it, where that was needed before the model's turn came.

    A server groups texts by their tokens; the model then takes these and makes no others. To
    everything else it is the text.

    Args:
        text: the text.
        tokens: what the operator prepared, ``(length,) int64``.
        reader: that operator.

    Attributes:
        tokens, reader: as given.
    """

    tokens: npt.NDArray[np.int64]
    reader: Any  # an operator; it is only compared

    def __new__(cls, text: str, tokens: npt.NDArray[np.int64], reader: Any) -> ReadText:
        """Make one."""
        made = super().__new__(cls, text)
        made.tokens, made.reader = tokens, reader
        return made


def known_tokens(value: object, reader: object) -> npt.NDArray[np.int64] | None:
    """The tokens that a value brings along, if that operator made them."""
    if isinstance(value, ReadText) and value.reader is reader:
        return value.tokens
    return None


def as_text(value: object) -> str:
    """The value, if it is a text.

    Raises:
        DataError: if it is not.
    """
    if isinstance(value, str):
        return value
    raise DataError(f"a text is a str, not {type(value).__name__} ({short(value)})")
