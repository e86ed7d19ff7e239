"""Operators by name learn on one collection and are applied to others."""

from __future__ import annotations

import json
import pickle
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import towhee
from towhee import DataCollection, Failure, State, dc, ops, register
from towhee.errors import (
    DataError,
    MissingExtraError,
    MissingFileError,
    UnknownNameError,
    UsageError,
)
from towhee.functional import DataFrame
from towhee.hub.registry import unregister
from towhee.operators.learning_operator import LearningOperator

BIRDS = [("hen", 2.0, "tame"), ("owl", 0.5, "wild"), ("hen", 2.5, "tame"), ("jay", 0.2, "wild")]
NEW = [("owl", 0.4), ("hen", 2.2)]


def said(rows: DataFrame) -> DataFrame:
    """A chain of operators of which the later ones learn from what the earlier ones give."""
    rows = rows.standard_scaler["weight", "w"]().num_discretizer["weight", "bin"](n_bins=2)
    rows = rows.cate_one_hot_encoder["kind", "k"]()
    return rows.tensor_hstack[("w", "bin", "k"), "features"]()


def trained() -> State:
    rows = said(dc["kind", "weight", "label"](BIRDS).set_training())
    rows = rows.logistic_regression[("features", "label"), "lr"](name="lr")
    rows = rows.decision_tree[("features", "label"), "tree"](name="tree")
    rows = rows.random_forest[("features", "label"), "forest"](name="forest", n_estimators=5)
    rows = rows.svc[("features", "label"), "svc"](name="svc")
    state = rows.get_state()
    assert state is not None
    return state


def applied(state: State) -> list[tuple[Any, ...]]:
    rows = said(dc["kind", "weight"](NEW).set_evaluating(state))
    rows = rows.logistic_regression["features", "lr"](name="lr")
    rows = rows.decision_tree["features", "tree"](name="tree")
    rows = rows.random_forest["features", "forest"](name="forest").svc["features", "svc"](
        name="svc"
    )
    return [(*row.features, row.lr, row.tree, row.forest, row.svc) for row in rows]


def test_a_chain_of_them_learns_and_is_applied() -> None:
    rows = applied(trained())
    mean, deviation = np.mean([2.0, 0.5, 2.5, 0.2]), np.std([2.0, 0.5, 2.5, 0.2])
    assert rows[0][0] == pytest.approx((0.4 - mean) / deviation)
    assert rows[0][1:] == (1, 0, 0, 0, 1, "wild", "wild", "wild", "wild")
    assert rows[1][1:] == (0, 1, 1, 0, 0, "tame", "tame", "tame", "tame")


def test_a_state_that_was_saved_gives_the_same(tmp_path: Path) -> None:
    state = trained()
    read = State.load(state.save(tmp_path / "state.zip"))
    assert applied(read) == applied(state)
    assert read.fitted.keys() == state.fitted.keys()


def test_one_without_a_name_is_known_by_what_it_writes() -> None:
    assert set(trained().fitted) == {
        "standard_scaler[w]",
        "num_discretizer[bin]",
        "cate_one_hot_encoder[k]",
        "lr",
        "tree",
        "forest",
        "svc",
    }


def test_the_given_state_is_filled() -> None:
    state = State()
    dc["a"]([1.0, 3.0]).set_training(state).standard_scaler["a", "b"](name="s")
    assert dc["a"]([5.0]).set_evaluating(state).standard_scaler["a", "b"](name="s")[0].b == 3.0


def test_training_again_learns_again() -> None:
    state = State()
    for rows in ([1.0, 3.0], [0.0, 4.0]):
        dc["a"](rows).set_training(state).standard_scaler["a", "b"](name="s")
    assert dc["a"]([4.0]).set_evaluating(state).standard_scaler["a", "b"](name="s")[0].b == 1.0


def test_two_of_one_chain_need_a_name_each() -> None:
    state = State()
    once = DataCollection([1.0, 3.0]).set_training(state).standard_scaler()
    with pytest.raises(UsageError, match=r"two operators of the chain .* are called 'standard_sc"):
        once.standard_scaler()
    with pytest.raises(UsageError, match="are called 'standard_scaler'"):
        once.smap(ops.standard_scaler())
    once.standard_scaler(name="again")
    assert set(state.fitted) == {"standard_scaler", "again"}


def test_branches_of_a_collection_may_learn_under_one_name() -> None:
    rows = dc["a"]([1.0, 3.0]).set_training()
    for _ in range(2):
        assert rows.standard_scaler["a", "b"]()[0].b == -1.0


def test_the_rows_of_a_stream_are_learned_from_and_given() -> None:
    made = DataCollection(iter([1.0, 3.0])).set_training().standard_scaler()
    assert made.to_list() == [-1.0, 1.0]


def test_rows_that_failed_are_not_learned_from() -> None:
    rows = DataCollection(["1", "x", "3"]).exception_safe().map(float).set_training()
    assert rows.standard_scaler().drop_empty().to_list() == [-1.0, 1.0]
    kept = DataCollection(["1", "x", "3"]).config(on_error="keep").map(float).set_training()
    assert kept.standard_scaler().to_list()[::2] == [-1.0, 1.0]


def test_a_row_that_cannot_be_scaled_takes_no_other_down() -> None:
    state = State()
    DataCollection([1.0, 3.0]).set_training(state).standard_scaler()
    rows = DataCollection([5.0, None, 2.0]).config(on_error="keep").set_evaluating(state)
    made = rows.standard_scaler().to_list()
    assert (made[0], made[2]) == (3.0, 0.0)
    assert isinstance(made[1], Failure)


def test_what_could_not_be_learned_names_the_operator_and_the_row() -> None:
    with pytest.raises(DataError, match=r"standard_scaler\(\) cannot learn: row 1: nan is not"):
        DataCollection([1.0, np.nan]).set_training().standard_scaler()


def test_smap_takes_an_operator_by_name() -> None:
    state = State()
    DataCollection([1.0, 3.0]).set_training(state).smap(ops.standard_scaler(), name="s")
    assert DataCollection([5.0]).set_evaluating(state).smap(ops.standard_scaler(), "s")[0] == 3.0


def test_what_was_learned_serves_a_function() -> None:
    state = trained()
    with towhee.api["weight"]() as api:
        chain = api.set_evaluating(state).standard_scaler["weight", "w"]().select["w"]()
        scale = chain.as_raw().as_function()
    assert scale(1.3) == pytest.approx(0.0)
    assert scale.batch([1.3, 1.3]) == pytest.approx([0.0, 0.0])


def test_what_was_learned_serves_a_pipe() -> None:
    scaler = trained().find("standard_scaler[w]")
    run = towhee.pipe.input("x").map("x", "y", scaler).output("y")
    assert run(1.3).get() == pytest.approx([0.0])


def test_a_fitted_operator_can_be_sent_to_another_process() -> None:
    scaler = pickle.loads(pickle.dumps(trained().find("standard_scaler[w]")))
    assert scaler(1.3) == pytest.approx(0.0)


def test_the_plan_shows_the_operator_by_its_name() -> None:
    made = dc["a"]([1.0, 3.0]).set_training().standard_scaler["a", "b"](name="s")
    assert "standard_scaler(name='s')  [a -> b]" in made.explain()


def test_a_class_of_the_user_learns_in_the_same_way() -> None:
    @register("demo_task.centre", replace=True)
    class Centre(LearningOperator[float, float]):
        called = "demo_task.centre"
        mean: float | None = None

        @property
        def is_ready(self) -> bool:
            return self.mean is not None

        def fit(self, *columns: Sequence[float]) -> None:
            self.mean = float(np.mean(columns[0]))

        def batch(self, values: Sequence[float]) -> list[float]:
            assert self.mean is not None
            return [value - self.mean for value in values]

    try:
        state = State()
        dc["a"]([1.0, 3.0]).set_training(state).demo_task.centre["a", "b"](name="c")
        assert dc["a"]([5.0]).set_evaluating(state).demo_task.centre["a", "b"](name="c")[0].b == 3
        with pytest.raises(UsageError, match=r"demo_task\.centre learned is kept in memory alone"):
            state.save("unused.zip")
    finally:
        unregister("demo_task.centre")


def test_without_a_state_it_says_what_to_call_first() -> None:
    with pytest.raises(UsageError, match="standard_scaler learns from rows: call set_training"):
        dc["a"]([1.0]).standard_scaler["a", "b"]()


def test_one_that_was_not_fitted_is_named_with_the_closest() -> None:
    with pytest.raises(UnknownNameError, match="no fitted operator is called 'tre'; did you mean"):
        said(dc["kind", "weight"](NEW).set_evaluating(trained())).svc["features", "s"](name="tre")


def test_one_that_was_fitted_as_another_is_refused() -> None:
    with pytest.raises(UsageError, match="'tree' was fitted as DecisionTree, so it is no svc"):
        dc["features"]([[1.0]]).set_evaluating(trained()).svc["features", "s"](name="tree")


def test_no_rows_and_no_such_column_are_refused() -> None:
    with pytest.raises(UsageError, match="standard_scaler cannot learn: the collection has no"):
        dc["a"]([]).set_training().standard_scaler["a", "b"]()
    with pytest.raises(UnknownNameError, match="no column is called 'c'"):
        dc["a"]([1.0]).set_training().standard_scaler["c", "b"]()
    with pytest.raises(UnknownNameError, match="no column is called 'c'"):
        DataCollection([{"a": 1.0}]).as_entity().set_training().standard_scaler["c", "b"]()


def test_without_skops_saving_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = trained()
    monkeypatch.setitem(sys.modules, "skops", None)
    with pytest.raises(MissingExtraError, match=r'pip install "towhee\[sklearn\]"'):
        state.save(tmp_path / "state.zip")


def test_an_object_of_the_program_is_not_saved(tmp_path: Path) -> None:
    class Largest:
        def fit(self, values: Sequence[float]) -> None:
            self.largest = max(values)

        def __call__(self, value: float) -> float:
            return value / self.largest

    state = DataCollection([1.0]).set_training().smap(Largest(), name="largest").get_state()
    assert state is not None
    with pytest.raises(UsageError, match="'largest' is a Largest of this program"):
        state.save(tmp_path / "state.zip")
    assert not (tmp_path / "state.zip").exists()


def test_a_file_that_is_no_state_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match=r"gone\.zip"):
        State.load(tmp_path / "gone.zip")
    (tmp_path / "text.zip").write_text("no archive")
    with pytest.raises(DataError, match="is no state as save"):
        State.load(tmp_path / "text.zip")
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as archive:
        archive.writestr("readme.txt", "something else")
    with pytest.raises(DataError, match="is no state as save"):
        State.load(tmp_path / "other.zip")


def test_a_truncated_state_is_refused(tmp_path: Path) -> None:
    file = trained().save(tmp_path / "state.zip")
    file.write_bytes(file.read_bytes()[:-200])
    with pytest.raises(DataError, match="is no state as save"):
        State.load(file)


def rewritten(file: Path, member: str, content: bytes) -> Path:
    """The file with another content of a member."""
    with zipfile.ZipFile(file) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in {**members, member: content}.items():
            archive.writestr(name, data)
    return file


def test_a_state_brings_no_operator_but_those_that_are_installed(tmp_path: Path) -> None:
    file = trained().save(tmp_path / "state.zip")
    evil = json.dumps({"fitted": [["s", "os.system"]]}).encode()
    with pytest.raises(UnknownNameError, match=r"no operator is called 'os\.system'"):
        State.load(rewritten(file, "state.json", evil))
    with pytest.raises(DataError, match="tensor_stack is no operator that learns"):
        State.load(
            rewritten(file, "state.json", json.dumps({"fitted": [["s", "tensor_stack"]]}).encode())
        )


@pytest.mark.parametrize("content", [b"", b"no archive", pickle.dumps({"estimator": 1})])
def test_an_estimator_that_skops_did_not_write_is_refused(tmp_path: Path, content: bytes) -> None:
    file = rewritten(trained().save(tmp_path / "state.zip"), "0", content)
    with pytest.raises(DataError, match="this is no standard_scaler as a state saves it"):
        State.load(file)


def test_an_estimator_of_another_kind_is_refused(tmp_path: Path) -> None:
    state = trained()
    other = state.find("lr").dumped()
    with pytest.raises(DataError, match="this is no standard_scaler but a LogisticRegression"):
        State.load(rewritten(state.save(tmp_path / "state.zip"), "0", other))


def test_an_estimator_with_code_of_others_is_refused(tmp_path: Path) -> None:
    from skops import io

    class Evil:
        pass

    Evil.__module__ = "os"
    data = io.dumps({"estimator": Evil(), "beside": {}})
    file = rewritten(trained().save(tmp_path / "state.zip"), "0", data)
    with pytest.raises(DataError, match="Untrusted types"):
        State.load(file)
