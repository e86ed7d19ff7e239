"""Scalers, discretisers and encoders give what scikit-learn gives."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.preprocessing import KBinsDiscretizer, OneHotEncoder, StandardScaler

from towhee import DataCollection, dc, ops
from towhee.errors import DataError, OperatorError, UsageError

NUMBERS = np.random.default_rng(0).normal(3, 2, size=40).round(3)
POINTS = np.random.default_rng(1).normal(size=(40, 3))


def fitted_and_applied(name: str, train: Any, test: Any, **arguments: Any) -> list[Any]:
    """The results of an operator that learned from some values for others."""
    learned = getattr(DataCollection(list(train)).set_training(), name)(**arguments)
    evaluating = DataCollection(list(test)).set_evaluating(learned.get_state())
    made: list[Any] = getattr(evaluating, name)().to_list()
    return made


def test_numbers_are_scaled_as_scikit_learn_scales_them() -> None:
    made = fitted_and_applied("standard_scaler", NUMBERS[:30], NUMBERS[30:])
    scaler = StandardScaler().fit(NUMBERS[:30, None])
    assert made == scaler.transform(NUMBERS[30:, None])[:, 0].tolist()


def test_each_place_of_vectors_is_scaled_on_its_own() -> None:
    made = fitted_and_applied("standard_scaler", POINTS[:30], POINTS[30:])
    expected = StandardScaler().fit(POINTS[:30]).transform(POINTS[30:])
    assert np.array_equal(made, expected)


def test_mean_and_deviation_may_stay() -> None:
    made = fitted_and_applied("standard_scaler", [1.0, 3.0], [5.0], with_mean=False)
    assert made == [5.0]
    assert fitted_and_applied("standard_scaler", [1.0, 5.0], [7.0], with_std=False) == [4.0]


def test_several_columns_are_put_side_by_side() -> None:
    rows = dc["a", "b"]([(1.0, [0.0, 2.0]), (3.0, [4.0, 2.0])]).set_training()
    made = rows.standard_scaler[("a", "b"), "c"]()
    assert [row.c.tolist() for row in made] == [[-1.0, -1.0, 0.0], [1.0, 1.0, 0.0]]


@pytest.mark.parametrize("strategy", ["quantile", "uniform", "kmeans"])
@pytest.mark.parametrize("encode", ["onehot", "ordinal"])
def test_numbers_are_binned_as_scikit_learn_bins_them(strategy: str, encode: str) -> None:
    options = {"n_bins": 4, "strategy": strategy}
    made = fitted_and_applied(
        "num_discretizer", NUMBERS[:30], NUMBERS[30:], encode=encode, **options
    )
    sparse = {"onehot": "onehot-dense"}.get(encode, encode)
    binned = KBinsDiscretizer(encode=sparse, **options).fit(NUMBERS[:30, None])
    expected = binned.transform(NUMBERS[30:, None])
    assert np.array_equal(np.array(made).reshape(expected.shape), expected)


def test_ten_bins_by_quantiles_are_the_default() -> None:
    made = fitted_and_applied("num_discretizer", np.arange(100), [0, 99])
    assert [(vector.size, int(vector.argmax())) for vector in made] == [(10, 0), (10, 9)]


@settings(max_examples=20)
@given(train=st.lists(st.integers(-50, 50), min_size=2, max_size=20, unique=True))
def test_what_lies_beyond_is_in_the_first_or_last_bin(train: list[int]) -> None:
    options = {"n_bins": 2, "encode": "ordinal", "strategy": "uniform"}
    made = fitted_and_applied("num_discretizer", train, [-1000, 1000], **options)
    assert made == [0.0, 1.0]


@settings(max_examples=20)
@given(values=st.lists(st.sampled_from(["a", "b", "cc", ""]), min_size=1, max_size=9))
def test_categories_are_encoded_as_scikit_learn_encodes_them(values: list[str]) -> None:
    made = fitted_and_applied("cate_one_hot_encoder", values, values)
    column = np.array(values, object)[:, None]
    assert np.array_equal(made, OneHotEncoder(sparse_output=False).fit_transform(column))


@pytest.mark.parametrize("values", [[3, 1, 2], [True, False], list(np.arange(3))])
def test_numbers_and_booleans_are_categories_too(values: list[Any]) -> None:
    made = fitted_and_applied("cate_one_hot_encoder", values, values)
    places = [vector.argmax() for vector in made]
    assert places == [sorted(values).index(value) for value in values]


def test_an_unknown_category_is_refused_or_gives_zeros() -> None:
    with pytest.raises(OperatorError, match=r"row 0: .*'owl' is not among the 2 categories"):
        fitted_and_applied("cate_one_hot_encoder", ["hen", "jay"], ["owl"])
    made = fitted_and_applied(
        "cate_one_hot_encoder", ["hen", "jay"], ["owl"], handle_unknown="ignore"
    )
    assert made[0].tolist() == [0.0, 0.0]


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ([1.0, None], "row 1: None is neither a number nor a vector"),
        (["1", "2"], "row 0: '1' is neither a number nor a vector"),
        ([[1.0], [1.0, 2.0]], "row 0 has 1 numbers and row 1 has 2"),
        ([1.0, np.nan], "row 1: nan is not finite"),
        ([1.0, np.inf], "row 1: inf is not finite"),
        ([np.eye(2), np.eye(2)], "row 0: <ndarray .* is neither a number nor a vector"),
    ],
)
@pytest.mark.parametrize("name", ["standard_scaler", "num_discretizer"])
def test_what_is_no_number_is_refused_with_its_row(name: str, values: Any, why: str) -> None:
    with pytest.raises(DataError, match=why):
        getattr(DataCollection(values).set_training(), name)()


@pytest.mark.parametrize("values", [[1.5, 2.5], ["a", None], [["a"], ["b"]], ["a", 1]])
def test_what_is_no_category_is_refused(values: list[Any]) -> None:
    with pytest.raises(DataError, match="categor"):
        DataCollection(values).set_training().cate_one_hot_encoder()


def test_vectors_of_another_length_than_those_learned_are_refused() -> None:
    with pytest.raises(OperatorError, match="standard_scaler was fitted on other numbers"):
        fitted_and_applied("standard_scaler", POINTS, [[1.0, 2.0]])


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("num_discretizer", {"n_bins": 1}),
        ("num_discretizer", {"n_bins": 2.5}),
        ("num_discretizer", {"encode": "two-hot"}),
        ("num_discretizer", {"strategy": "guess"}),
        ("cate_one_hot_encoder", {"handle_unknown": "guess"}),
    ],
)
def test_arguments_that_mean_nothing_are_refused(name: str, arguments: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        getattr(ops, name)(**arguments)
