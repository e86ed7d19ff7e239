"""Series of one kind are neighbours, whatever their level and scale."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest

from labelled_series import labelled_series, neighbour_accuracy
from towhee import DataCollection, pipeline
from towhee.errors import DataError, OperatorError, UsageError
from towhee.models.timeseries.minirocket import fitted
from towhee.operators.timeseries_embedding.minirocket import MinirocketTimeseriesEmbedding
from towhee.operators.timeseries_embedding.series import z_normalized


@pytest.fixture(scope="module")
def embed() -> MinirocketTimeseriesEmbedding:
    return MinirocketTimeseriesEmbedding()


@pytest.mark.parametrize("length", [128, 512, 1500])
def test_neighbours_share_their_kind(embed: MinirocketTimeseriesEmbedding, length: int) -> None:
    series, kinds = labelled_series(20, length)
    vectors = np.stack(embed.batch(list(series)))
    raw = neighbour_accuracy(z_normalized(series).astype(np.float32), kinds)
    assert raw < 0.75  # of the series as they are
    assert neighbour_accuracy(vectors, kinds) >= 0.95


def test_series_whose_scale_is_kept_are_told_apart_by_thresholds_of_their_own() -> None:
    series, kinds = labelled_series(20, 128, seed=3)
    series = series / 1000
    kept = {"length": 128, "z_normalize": False}
    made_up = MinirocketTimeseriesEmbedding(**kept)
    own = MinirocketTimeseriesEmbedding(**kept, calibration=series[::4])
    assert neighbour_accuracy(np.stack(own.batch(list(series))), kinds) > 0.85
    assert neighbour_accuracy(np.stack(made_up.batch(list(series))), kinds) < 0.6


def test_level_and_scale_do_not_matter_unless_asked_to(
    embed: MinirocketTimeseriesEmbedding,
) -> None:
    series = labelled_series(1, 300)[0][0]
    for other in (series * 1000, series + 5, -0.001 + series / 7):
        assert np.abs(embed(other) - embed(series)).max() < 0.02
        assert embed(other) @ embed(series) > 0.999
    as_it_is = MinirocketTimeseriesEmbedding(z_normalize=False)
    assert as_it_is(series * 1000) @ as_it_is(series) < 0.9
    assert embed(-series) @ embed(series) < 0.9


def test_series_of_other_lengths_are_read_at_as_many_moments(
    embed: MinirocketTimeseriesEmbedding,
) -> None:
    slow = np.sin(np.linspace(0, 20, 400))
    assert embed(slow) @ embed(np.sin(np.linspace(0, 20, 900))) > 0.95
    assert embed(slow) @ embed(np.sin(np.linspace(0, 90, 400))) < 0.5


def test_without_normalisation_vectors_are_the_shares_of_the_paper() -> None:
    series = labelled_series(4, 100)[0]
    embed = MinirocketTimeseriesEmbedding(
        num_features=840, calibration=series, z_normalize=False, normalize=False
    )
    transform = fitted(series[:, None], 840, seed=0)
    for each in series:
        assert (embed(each) == transform.features(each[None])).all()


def test_vectors_have_unit_length_and_the_stated_dimension() -> None:
    embed = MinirocketTimeseriesEmbedding(num_features=1000)
    vector = embed(np.arange(50.0))
    assert len(vector) == embed.dimension == 924
    assert np.linalg.norm(vector) == pytest.approx(1)


def test_channels_are_embedded_together() -> None:
    series = labelled_series(10, 200)[0]
    pairs = np.stack([series[:40], series[40:80]], 1)
    embed = MinirocketTimeseriesEmbedding(channels=2)
    vectors = np.stack(embed.batch(list(pairs)))
    swapped = np.stack(embed.batch(list(pairs[:, ::-1])))
    assert (vectors * swapped).sum(1).max() < 0.95
    assert embed.dimension == vectors.shape[1]
    calibrated = MinirocketTimeseriesEmbedding(calibration=pairs)
    assert len(calibrated(pairs[0])) == 1008
    with pytest.raises(DataError, match="1 channels came where all have 2; the argument channels="):
        calibrated(series[0])


def test_vectors_are_the_same_in_every_process_and_object(
    embed: MinirocketTimeseriesEmbedding,
) -> None:
    series = labelled_series(1, 100)[0][3]
    for other in (MinirocketTimeseriesEmbedding(), pickle.loads(pickle.dumps(embed))):
        assert (other(series) == embed(series)).all()
    assert (MinirocketTimeseriesEmbedding(seed=5)(series) != embed(series)).any()
    assert embed(series).sum() == pytest.approx(-1.13, abs=5)


def test_a_flat_series_is_a_series(embed: MinirocketTimeseriesEmbedding) -> None:
    assert embed([5] * 20) @ embed([7.1] * 300) == pytest.approx(1)
    assert np.isfinite(embed([5] * 20)).all()


def test_the_pipeline_and_the_chain_give_the_same(embed: MinirocketTimeseriesEmbedding) -> None:
    series = list(labelled_series(1, 64)[0])
    expected = np.stack(embed.batch(series))
    assert (pipeline("timeseries-embedding").batch(series) == expected).all()
    chain = DataCollection(series).timeseries_embedding.minirocket()
    assert (np.stack(chain.to_list()) == expected).all()


def test_a_row_with_a_gap_is_named_and_leaves_its_neighbours() -> None:
    good, bad = np.arange(20.0), np.full(20, np.nan)
    chain = DataCollection([good, bad, good])
    with pytest.raises(OperatorError, match=r"row 1: .* is nan at step 0"):
        chain.timeseries_embedding.minirocket().to_list()
    first, second, third = chain.exception_safe().timeseries_embedding.minirocket().to_list()
    assert second.is_empty()
    assert (first.get() == third.get()).all()


@pytest.mark.parametrize("value", [np.arange(8), [1, None] * 9, "series"], ids=str)
def test_what_is_no_series_is_refused(embed: MinirocketTimeseriesEmbedding, value: Any) -> None:
    with pytest.raises(DataError):
        embed(value)


@pytest.mark.parametrize(
    "wrong",
    [{"num_features": 83}, {"length": 8}, {"channels": 0}, {"seed": -1}, {"num_features": 1e4}],
    ids=str,
)
def test_settings_that_mean_nothing_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="is a whole number from"):
        MinirocketTimeseriesEmbedding(**wrong)


def test_calibration_with_gaps_is_refused_at_once() -> None:
    with pytest.raises(DataError, match="nan"):
        MinirocketTimeseriesEmbedding(calibration=[np.arange(20.0), np.full(20, np.nan)])


@pytest.mark.parametrize("name", ["num_features", "length", "channels"])
def test_a_size_that_would_fill_the_memory_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match=f"{name} is at most 1,000,000"):
        MinirocketTimeseriesEmbedding(**{name: 10**30})  # type: ignore[arg-type]
