"""The similarity transform is the one of least squares."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from towhee.errors import DataError
from towhee.operators.face_align.similarity import similarity_transform

POINTS = np.array([[0.0, 0], [4, 1], [2, 3], [1, 7], [6, 6]])


def moved(angle: float, scale: float, shift: tuple[float, float]) -> np.ndarray:
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return np.column_stack([scale * turn, shift])


@given(st.floats(-3, 3), st.floats(0.01, 100), st.tuples(st.floats(-99, 99), st.floats(-99, 99)))
def test_a_known_transform_is_found_exactly(
    angle: float, scale: float, shift: tuple[float, float]
) -> None:
    known = moved(angle, scale, shift)
    found = similarity_transform(POINTS, POINTS @ known[:, :2].T + known[:, 2])
    assert np.abs(found - known).max() < 1e-9 * max(1, scale)


@given(st.lists(st.floats(-50, 50), min_size=10, max_size=10))
def test_any_points_are_brought_as_near_as_linear_least_squares_bring_them(
    numbers: list[float],
) -> None:
    target = np.array(numbers).reshape(5, 2)
    found = similarity_transform(POINTS, target)
    rows = [row for x, y in POINTS for row in ([x, -y, 1, 0], [y, x, 0, 1])]
    a, b, right, down = np.linalg.lstsq(np.array(rows), target.ravel(), rcond=None)[0]
    closed_form = np.array([[a, -b, right], [b, a, down]])
    assert np.abs(found - closed_form).max() < 1e-9


def test_numbers_are_those_of_scikit_image() -> None:
    """``SimilarityTransform.estimate`` for landmarks in insightface's issue 481."""
    landmarks = [
        [35.916126, 43.42934],
        [86.2129, 49.016266],
        [55.2765, 71.023384],
        [32.937046, 87.26657],
        [72.59505, 91.47491],
    ]
    template = [
        [38.2946, 51.6963],
        [73.5318, 51.5014],
        [56.0252, 71.7366],
        [41.5493, 92.3655],
        [70.7299, 92.2041],
    ]
    expected = [[0.80088555, 0.12822719, 1.92989341], [-0.12822719, 0.80088555, 24.34255532]]
    assert np.abs(similarity_transform(landmarks, template) - expected).max() < 1e-5


def test_a_mirrored_target_is_met_by_a_turn_and_never_by_a_reflection() -> None:
    found = similarity_transform(POINTS, POINTS * [-1, 1])
    assert np.linalg.det(found[:, :2]) > 0


@pytest.mark.parametrize("points", [np.ones((5, 2)), np.full((5, 2), np.nan)], ids=["one", "nan"])
def test_points_that_tell_nothing_are_refused(points: np.ndarray) -> None:
    with pytest.raises(DataError, match="points that are to be aligned"):
        similarity_transform(points, POINTS)
