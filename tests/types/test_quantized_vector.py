"""A ``QuantizedVector`` knows how its codes were made."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from towhee.errors import UsageError
from towhee.types import QuantizedVector


def test_it_is_an_array_that_knows_its_kind_and_scale() -> None:
    vector = QuantizedVector(np.array([1, -2], np.int8), "int8", scale=0.5)
    assert vector.tolist() == [1, -2]
    assert (vector.kind, vector.scale, vector.dimension) == ("int8", 0.5, 2)


def test_bits_may_be_those_of_up_to_seven_numbers_fewer() -> None:
    bits = np.zeros(2, np.uint8)
    assert QuantizedVector(bits, "binary").dimension == 16
    assert QuantizedVector(bits, "binary", dimension=9).dimension == 9


@pytest.mark.parametrize(
    ("codes", "kind", "options"),
    [
        (np.zeros(2, np.int8), "int4", {}),
        (np.zeros(2, np.float32), "int8", {}),
        (np.zeros((2, 2), np.int8), "int8", {}),
        (np.zeros(2, np.int8), "int8", {"dimension": 3}),
        (np.zeros(2, np.uint8), "binary", {"dimension": 8}),
        (np.zeros(2, np.uint8), "binary", {"dimension": 17}),
    ],
)
def test_codes_that_are_not_of_the_kind_are_refused(
    codes: Any, kind: Any, options: dict[str, Any]
) -> None:
    with pytest.raises(UsageError):
        QuantizedVector(codes, kind, **options)
