"""The worst vector counts, and one that is no vector is worse than any."""

from __future__ import annotations

import numpy as np
import pytest

from towhee.models.fidelity import worst_cosine


def test_the_worst_counts_not_the_mean() -> None:
    reference = np.tile(np.array([1, 0], np.float32), (100, 1))
    vectors = reference.copy()
    vectors[37] = [3, 4]
    assert worst_cosine(vectors, reference) == pytest.approx(0.6)


@pytest.mark.parametrize("wrong", [np.nan, np.inf])
def test_what_is_not_finite_agrees_with_nothing(wrong: float) -> None:
    reference = np.ones((2, 3), np.float32)
    vectors = reference.copy()
    vectors[1, 2] = wrong
    assert worst_cosine(vectors, reference) == -1
    assert worst_cosine(reference, vectors) == -1


def test_a_zero_vector_agrees_with_a_zero_vector_alone() -> None:
    zero, one = np.zeros((1, 3), np.float32), np.ones((1, 3), np.float32)
    assert worst_cosine(zero, zero) == 1
    assert worst_cosine(zero, one) == 0
    assert worst_cosine(one, zero) == 0


def test_the_length_of_vectors_does_not_matter() -> None:
    vectors = np.random.default_rng(0).standard_normal((5, 7)).astype(np.float32)
    assert worst_cosine(1e-18 * vectors, 1e18 * vectors) == pytest.approx(1)
