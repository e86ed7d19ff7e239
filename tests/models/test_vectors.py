"""A vector of unit length keeps its direction, however short or long it was."""

from __future__ import annotations

import numpy as np
import pytest

from towhee.models.vectors import unit_length


@pytest.mark.parametrize("scale", [1e-30, 1e-10, 1.0, 1e10, 1e30])
def test_vectors_of_every_length_become_unit_vectors(scale: float) -> None:
    vectors = unit_length(np.array([[3, 4], [-4, 3]], np.float32) * np.float32(scale))
    assert vectors.dtype == np.float32
    assert np.allclose(vectors, [[0.6, 0.8], [-0.8, 0.6]], atol=1e-6)


def test_a_zero_vector_stays_zero_and_its_input_as_it_was() -> None:
    given = np.array([[0, 0, 0], [0, 2, 0]], np.float32)
    assert unit_length(given).tolist() == [[0, 0, 0], [0, 1, 0]]
    assert given.tolist() == [[0, 0, 0], [0, 2, 0]]
