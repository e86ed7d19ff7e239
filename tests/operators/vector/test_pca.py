"""``vector_pca`` turns vectors to where they differ most, as scikit-learn's PCA does."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.decomposition import PCA

from towhee import DataCollection, State, dc, ops, pipe
from towhee.errors import DataError, MissingFileError, OperatorError, UsageError

RNG = np.random.default_rng(0)
VECTORS = RNG.normal(size=(200, 12)) @ RNG.normal(size=(12, 12)) + 3


def same_up_to_sign(one: Any, other: Any) -> bool:
    """Whether columns are equal but for their signs."""
    signs = np.sign((np.asarray(one) * other).sum(axis=0))
    return np.allclose(np.asarray(one), other * signs, atol=1e-5)


@pytest.mark.parametrize("whiten", [False, True])
@pytest.mark.parametrize("dimension", [1, 5, 12])
def test_the_numbers_are_those_of_scikit_learn(dimension: int, whiten: bool) -> None:
    made = ops.vector_pca(dimension, vectors=VECTORS, whiten=whiten).batch(VECTORS)
    assert made[0].dtype == np.float32
    expected = PCA(dimension, whiten=whiten, svd_solver="full").fit_transform(VECTORS)
    assert same_up_to_sign(made, expected)


@given(seed=st.integers(0, 1000), count=st.integers(2, 30), width=st.integers(1, 12))
def test_distances_of_the_vectors_are_kept_where_all_components_are(
    seed: int, count: int, width: int
) -> None:
    vectors = np.random.default_rng(seed).normal(size=(count, width))
    made = np.array(ops.vector_pca(vectors=vectors).batch(vectors))
    for turned, vector in zip(made[1:], vectors[1:], strict=True):
        before = np.linalg.norm(vector - vectors[0])
        assert np.linalg.norm(turned - made[0]) == pytest.approx(before, abs=1e-4)


def test_signs_do_not_depend_on_the_order_of_the_rows() -> None:
    shuffled = np.random.default_rng(1).permutation(VECTORS)
    one, other = (ops.vector_pca(4, vectors=rows).batch(VECTORS) for rows in (VECTORS, shuffled))
    assert np.allclose(one, other, atol=1e-4)
    components = ops.vector_pca(4, vectors=VECTORS).operator.components.components
    assert all(row[np.abs(row).argmax()] > 0 for row in components)


def test_whitened_numbers_have_a_variance_of_one() -> None:
    made = np.array(ops.vector_pca(12, vectors=VECTORS, whiten=True).batch(VECTORS))
    assert np.allclose(np.cov(made.T), np.eye(12), atol=1e-4)


def test_the_result_has_unit_length_if_asked() -> None:
    made = ops.vector_pca(3, vectors=VECTORS, normalize=True)(VECTORS[0])
    assert np.linalg.norm(made) == pytest.approx(1, abs=1e-6)


def test_what_was_saved_gives_the_same_numbers(tmp_path: Path) -> None:
    pca = ops.vector_pca(6, vectors=VECTORS)
    file = pca.operator.save(tmp_path / "pca.npz")
    assert np.array_equal(ops.vector_pca(components=file)(VECTORS[0]), pca(VECTORS[0]))
    fewer = ops.vector_pca(2, components=file, whiten=True)(VECTORS[0])
    assert np.allclose(fewer, ops.vector_pca(2, vectors=VECTORS, whiten=True)(VECTORS[0]))


def test_it_learns_from_a_file_of_vectors_and_runs_in_a_pipe(tmp_path: Path) -> None:
    np.save(tmp_path / "vectors.npy", VECTORS)
    operator = ops.vector_pca(2, vectors=tmp_path / "vectors.npy")
    run = pipe.input("v").map("v", "w", operator).output("w")
    assert np.array_equal(run(VECTORS[3]).get()[0], operator(VECTORS[3]))


def test_it_learns_from_the_rows_of_a_collection_and_is_applied_to_others() -> None:
    train = dc["v"](list(VECTORS[:150])).set_training().vector_pca["v", "w"](3, name="pca")
    test = dc["v"](list(VECTORS[150:])).set_evaluating(train.get_state())
    made = test.vector_pca["v", "w"](name="pca").select["w"]().as_raw().to_list()
    expected = PCA(3, svd_solver="full").fit(VECTORS[:150]).transform(VECTORS[150:])
    assert same_up_to_sign(made, expected)


def test_a_state_keeps_how_vectors_are_turned(tmp_path: Path) -> None:
    train = DataCollection(list(VECTORS)).set_training().vector_pca(3, whiten=True, normalize=True)
    state = train.get_state()
    assert state is not None
    read = State.load(state.save(tmp_path / "state.zip"))
    again = DataCollection(list(VECTORS)).set_evaluating(read).vector_pca()
    assert np.array_equal(again.to_numpy(), train.to_numpy())


def test_what_learned_can_be_sent_to_another_process() -> None:
    pca = ops.vector_pca(2, vectors=VECTORS).operator
    assert np.array_equal(pickle.loads(pickle.dumps(pca))(VECTORS[0]), pca(VECTORS[0]))


def test_it_is_known_again_by_what_it_learned() -> None:
    one, same, other = (
        ops.vector_pca(2, vectors=rows).operator.fingerprint()
        for rows in (VECTORS, VECTORS.copy(), VECTORS[1:])
    )
    assert one == same
    assert one != other


def test_a_vector_of_another_dimension_is_refused() -> None:
    rows = DataCollection([VECTORS[0], VECTORS[1][:5]])
    with pytest.raises(OperatorError, match=r"row 1: .* learned from vectors of 12 numbers"):
        rows.vector_pca(2, vectors=VECTORS).to_list()


@pytest.mark.parametrize(
    ("vectors", "options", "why"),
    [
        (VECTORS, {"dimension": 13}, "have 12 principal components, not 13"),
        (VECTORS[:3], {"dimension": 4}, "3 vectors of 12 numbers have 3 principal"),
        (VECTORS[:1], {}, "at least two vectors, not 1"),
        ([], {}, "at least two vectors, not 0"),
        ([[1.0, 2.0], [1.0]], {}, "vectors of 1 and of 2 numbers have no common components"),
        ([[1.0, np.nan]] * 3, {}, "is nan"),
        (np.repeat(VECTORS[:2], 4, axis=0), {"whiten": True}, "differ in 1 directions alone"),
        (np.ones((4, 3)), {"whiten": True}, "differ in 0 directions alone"),
    ],
)
def test_vectors_that_nothing_can_be_learned_from_are_refused(
    vectors: Any, options: dict[str, Any], why: str
) -> None:
    with pytest.raises(DataError, match=why):
        ops.vector_pca(vectors=vectors, **options)([1.0, 2.0])


def test_without_anything_to_learn_from_it_says_what_to_do() -> None:
    with pytest.raises(UsageError, match=r"vector_pca learns from rows: call set_training\(\)"):
        DataCollection([[1.0]]).vector_pca(1)
    with pytest.raises(UsageError, match=r"vector_pca was not fitted: call set_training\(\)"):
        ops.vector_pca(1)([1.0])
    with pytest.raises(UsageError, match="not both"):
        ops.vector_pca(1, vectors=VECTORS, components="pca.npz")


def test_a_file_that_is_missing_or_another_is_named(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match=r"gone\.npz"):
        ops.vector_pca(components=tmp_path / "gone.npz")([1.0])
    with pytest.raises(MissingFileError, match=r"gone\.npy"):
        ops.vector_pca(vectors=tmp_path / "gone.npy")([1.0])
    (tmp_path / "text.npz").write_text("no archive")
    with pytest.raises(DataError, match="holds no principal components as vector_pca saves them"):
        ops.vector_pca(components=tmp_path / "text.npz")([1.0])
    np.savez(tmp_path / "other.npz", mean=np.zeros(3))
    with pytest.raises(DataError, match="holds no principal components"):
        ops.vector_pca(components=tmp_path / "other.npz")([1.0])
    np.savez(
        tmp_path / "odd.npz", mean=np.zeros(3), components=np.zeros((2, 4)), variance=np.ones(2)
    )
    with pytest.raises(DataError, match="do not fit together"):
        ops.vector_pca(components=tmp_path / "odd.npz")([1.0])
    (tmp_path / "text.npy").write_text("no array")
    with pytest.raises(DataError, match=r"is no \.npy file"):
        ops.vector_pca(vectors=tmp_path / "text.npy")([1.0])


def test_components_given_as_vectors_say_where_they_belong(tmp_path: Path) -> None:
    file = ops.vector_pca(2, vectors=VECTORS).operator.save(tmp_path / "pca.npz")
    with pytest.raises(DataError, match="is read with components="):
        ops.vector_pca(vectors=file)([1.0])


def test_a_truncated_file_is_refused(tmp_path: Path) -> None:
    file = ops.vector_pca(2, vectors=VECTORS).operator.save(tmp_path / "pca.npz")
    file.write_bytes(file.read_bytes()[:-100])
    with pytest.raises(DataError, match="holds no principal components"):
        ops.vector_pca(components=file)([1.0])


def test_a_pickle_is_not_read(tmp_path: Path) -> None:
    np.savez(tmp_path / "evil.npz", mean=np.array([object()], dtype=object))
    with pytest.raises(DataError, match="holds no principal components"):
        ops.vector_pca(components=tmp_path / "evil.npz")([1.0])
