"""Time series are taken in many forms, and refused in a sentence."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from towhee.errors import DataError
from towhee.operators.timeseries_embedding.series import as_series, resampled, z_normalized

NUMBERS = [float(number) for number in range(10)]


@pytest.mark.parametrize(
    "value",
    [
        NUMBERS,
        tuple(NUMBERS),
        range(10),
        np.arange(10),
        np.arange(10, dtype=np.float32)[None],
        pd.Series(NUMBERS),
        pd.DataFrame({"a": NUMBERS}),
        pd.Series(NUMBERS, dtype=object),
    ],
    ids=lambda value: type(value).__name__,
)
def test_numbers_in_any_form_are_one_channel(value: Any) -> None:
    assert as_series(value, at_least=9).tolist() == [NUMBERS]


def test_channels_are_the_rows_of_an_array_and_the_columns_of_a_frame() -> None:
    two = [NUMBERS, NUMBERS[::-1]]
    frame = pd.DataFrame({"up": two[0], "down": two[1]})
    for value in (two, np.array(two), frame):
        assert as_series(value, at_least=9).tolist() == two


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ([1.0, 2.0, float("nan"), *NUMBERS], "is nan at step 2; fill gaps"),
        ([*NUMBERS, float("inf")], "is inf at step 10"),
        (pd.Series([1.0, None, *NUMBERS]), "is nan at step 1"),
        ([1.0, None, *NUMBERS], "is nan at step 1"),
        ([NUMBERS, [*NUMBERS[:4], float("nan"), *NUMBERS[5:]]], "step 4 of channel 1"),
        (NUMBERS[:8], "8 steps is too short; the embedding needs at least 9$"),
        ([], "0 steps is too short"),
        (np.zeros((100, 3)), r"3 steps is too short.*pass array\.T"),
        (np.zeros((0, 100)), "has no channel"),
        (np.zeros((2, 3, 100)), r"shape \(2, 3, 100\) is no time series"),
        (3.0, r"shape \(\) is no time series"),
        ("1,2,3", "'1,2,3' is no time series"),
        (["1", "2"], "is no time series"),
        ([True] * 20, "is no time series"),
        (None, "is no time series"),
        ([NUMBERS, NUMBERS[:4]], "is no time series"),
        (pd.Series(["a"] * 20), "is no time series"),
        (np.zeros(20, complex), "is no time series"),
    ],
    ids=str,
)
def test_what_is_no_series_is_refused_in_a_sentence(value: Any, message: str) -> None:
    with pytest.raises(DataError, match=message):
        as_series(value, at_least=9)


@pytest.mark.parametrize("scale", [1e-12, 1.0, 1e9, 1e300])
def test_z_normalisation_takes_level_and_scale_away(scale: float) -> None:
    series = np.random.default_rng(0).standard_normal((2, 50))
    expected = (series - series.mean(1, keepdims=True)) / series.std(1, keepdims=True)
    found = z_normalized(series * scale)
    assert np.abs(found - expected).max() < 1e-9
    assert np.abs(z_normalized(series * scale + 3 * scale) - expected).max() < 1e-9


@pytest.mark.parametrize("level", [0.0, 0.1, 1e12, -3e-7])
def test_a_flat_channel_becomes_zero(level: float) -> None:
    assert (z_normalized(np.full((1, 77), level)) == 0).all()


def test_resampling_keeps_the_ends_and_straight_lines() -> None:
    line = np.linspace(3, 8, 20)[None]
    for length in (9, 20, 100):
        assert np.abs(resampled(line, length)[0] - np.linspace(3, 8, length)).max() < 1e-12


def test_a_whole_number_beyond_all_floats_is_told() -> None:
    with pytest.raises(DataError, match="a number that is too large"):
        as_series([10**400] * 10, at_least=9)
