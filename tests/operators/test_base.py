"""An operator that is known by its name says so when it cannot be made."""

from __future__ import annotations

import pytest

from towhee.errors import UsageError
from towhee.hub.reference import reference
from towhee.operators.base import OperatorRef


def test_an_argument_of_a_wrong_type_is_told_with_operator_and_value() -> None:
    with pytest.raises(UsageError, match=r"text_embedding\.hashing\(ignore=5\) cannot be made"):
        reference("text_embedding.hashing", ignore=5)


def test_what_a_class_of_the_user_raises_stays_as_it_is() -> None:
    class Own:
        def __init__(self) -> None:
            raise TypeError("of my own")

        def __call__(self, value: object) -> object:
            return value

    with pytest.raises(TypeError, match="of my own"):
        OperatorRef("own", Own).instantiate()
