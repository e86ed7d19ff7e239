"""Cross-validation: every sample once, nothing seen on both sides, and the figures add up."""

from __future__ import annotations

import csv
import io
from collections.abc import Hashable
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from colour_squares import CLASSES, colour_squares
from towhee import ops
from towhee.errors import UsageError
from towhee.functional.operator_handle import OperatorHandle
from towhee.trainer.data import TrainingData
from towhee.trainer.folds import fold_places
from towhee.trainer.training_config import TrainingConfig


def texts(labels: list[int], contents: list[str] | None = None) -> TrainingData:
    values = contents or [f"text {number}" for number in range(len(labels))]
    names = tuple(f"class {number}" for number in range(max(labels) + 1))
    return TrainingData(values, np.array(labels), names, [f"{n}" for n in range(len(labels))])


@given(
    labels=st.lists(st.integers(0, 3), min_size=6, max_size=60),
    contents=st.lists(st.integers(0, 40), min_size=60, max_size=60),
    groups=st.none() | st.lists(st.integers(0, 9), min_size=60, max_size=60),
    folds=st.integers(2, 5),
    seed=st.integers(0, 3),
)
@settings(deadline=None, max_examples=60)
def test_every_sample_is_in_one_fold_and_what_hangs_together_in_the_same(
    labels: list[int], contents: list[int], groups: list[int] | None, folds: int, seed: int
) -> None:
    count = len(labels)
    data = texts(labels, [f"content {each}" for each in contents[:count]])
    of_sample = None if groups is None else groups[:count]
    try:
        parts = fold_places(data, folds, seed=seed, groups=of_sample)
    except UsageError:
        reject()  # there is too little that can be told apart
    assert sorted(np.concatenate(parts).tolist()) == list(range(count))
    assert len(parts) == folds
    fold_of = {place: number for number, part in enumerate(parts) for place in part.tolist()}
    bonds: list[list[Hashable]] = [list(contents[:count])]
    bonds += [] if of_sample is None else [list(of_sample)]
    for bond in bonds:
        for place in range(count):
            assert fold_of[place] == fold_of[bond.index(bond[place])]


def test_each_class_has_its_share_in_each_fold() -> None:
    data = texts([0] * 50 + [1] * 25 + [2] * 5)
    for part in fold_places(data, 5):
        assert np.bincount(data.labels[part]).tolist() == [10, 5, 1]
    assert [part.tolist() for part in fold_places(data, 5)] == [
        part.tolist() for part in fold_places(data, 5)
    ]
    assert fold_places(data, 5)[0].tolist() != fold_places(data, 5, seed=1)[0].tolist()


def test_groups_are_told_by_a_list_or_from_the_keys() -> None:
    data = texts([0, 1] * 12)
    by_key = fold_places(data, 3, groups=lambda key: int(key) // 4)
    by_list = fold_places(data, 3, groups=[place // 4 for place in range(24)])
    assert [part.tolist() for part in by_key] == [part.tolist() for part in by_list]
    for part in by_key:
        assert {place // 4 for place in part.tolist()} == {place // 4 for place in part.tolist()}
        assert len(part) == 8


@pytest.mark.parametrize(
    ("folds", "groups", "said"),
    [
        (1, None, "2 and more, not 1"),
        (7, None, "6 samples cannot be in 7 folds"),
        (3, [0, 0, 0, 1, 1, 1], "2 groups cannot be in 3 folds; take folds=2"),
        (2, [0, 1], "2 groups were given for 6 samples"),
    ],
)
def test_folds_that_cannot_be_are_refused(
    folds: int, groups: list[Hashable] | None, said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        fold_places(texts([0, 1] * 3), folds, groups=groups)


def embedder(checkpoint: Path) -> OperatorHandle:
    return ops.image_embedding.timm(checkpoint=str(checkpoint), backend="torch")


def config(folder: Path, **changes: object) -> TrainingConfig:
    usual = {
        "output_dir": str(folder), "method": "linear_probe", "epoch_num": 2, "batch_size": 16,
        "device_str": "cpu", "tensorboard": None, "lr": 0.01,
    }  # fmt: skip
    return TrainingConfig(**{**usual, **changes})


def with_repeats(data: TrainingData) -> TrainingData:
    """The same, in which every third sample stands twice, the copy at the end."""
    places = np.concatenate([np.arange(len(data)), np.arange(0, len(data), 3)])
    values = [data.values[place] for place in places.tolist()]
    keys = [f"sample {number}" for number in range(len(places))]
    return TrainingData(values, data.labels[places], CLASSES, keys)


def test_a_cross_validation_measures_every_sample_once_and_its_figures_are_those_of_its_folds(
    checkpoint: Path, tmp_path: Path
) -> None:
    op = embedder(checkpoint)
    before = op.ref
    data = with_repeats(colour_squares(45, 0))
    found = op.cross_validate(config(tmp_path), data, folds=3)
    assert op.ref == before
    measured = [key for fold in found.folds for key in fold.keys]
    assert sorted(measured) == sorted(data.sample_keys)
    for fold in found.folds:  # pixels on both sides of a fold would be a leak
        digests = [data.digest(place) for place in range(len(data))]
        inside = {digests[place] for place in fold.places.tolist()}
        outside = {digests[p] for p in range(len(data)) if p not in set(fold.places.tolist())}
        assert not inside & outside
        assert not any("evaluation samples are training" in each for each in fold.result.warnings)
    for name in found.mean:
        values = [fold.result.metrics[name] for fold in found.folds]
        untouched = [fold.result.baseline[name] for fold in found.folds]
        assert found.mean[name] == pytest.approx(sum(values) / 3)
        spread = sum((value - sum(values) / 3) ** 2 for value in values) / 2
        assert found.deviation[name] == pytest.approx(spread**0.5)
        assert found.baseline_mean[name] == pytest.approx(sum(untouched) / 3)
    assert "±" in str(found)
    assert "over 3 folds" in str(found)
    rows = list(csv.reader(io.StringIO((tmp_path / "folds.csv").read_text())))
    assert [row[0] for row in rows] == ["fold", "1", "2", "3", "mean", "standard deviation"]
    assert float(rows[4][rows[0].index("knn")]) == pytest.approx(found.mean["knn"])
    page = (tmp_path / "folds.html").read_text()
    assert page.count("fold ") >= 3
    assert (tmp_path / "folds/1/report.html").is_file()
    assert not list(tmp_path.rglob("*.safetensors")), "the models of folds are not kept"


def test_a_fold_is_what_a_training_on_the_others_is(checkpoint: Path, tmp_path: Path) -> None:
    data = colour_squares(45, 0)
    found = embedder(checkpoint).cross_validate(config(tmp_path / "folds"), data, folds=3)
    fold = found.folds[1]
    rest = np.setdiff1d(np.arange(45), fold.places)
    alone = embedder(checkpoint).train(
        config(tmp_path / "alone"), data.subset(rest), data.subset(fold.places)
    )
    # Vectors are computed in other batches, which tells in their last bit alone.
    assert alone.metrics == pytest.approx(dict(fold.result.metrics), abs=0.07)
    assert alone.baseline == pytest.approx(dict(fold.result.baseline))


def test_a_cross_validation_that_was_cut_off_goes_on_with_the_fold_that_was_cut(
    checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from towhee.trainer.folds import validate

    data = colour_squares(45, 0)
    whole = embedder(checkpoint).cross_validate(config(tmp_path / "whole"), data, folds=3)
    trained: list[str] = []
    train = validate.train

    def cut(*arguments: object, **more: object) -> object:
        trained.append(arguments[1].output_dir[-1])  # type: ignore[attr-defined]
        if len(trained) == 2:
            raise KeyboardInterrupt
        return train(*arguments, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(validate, "train", cut)
    here = config(tmp_path / "cut")
    with pytest.raises(KeyboardInterrupt):
        embedder(checkpoint).cross_validate(here, data, folds=3)
    here = here.replace(resume_from=str(tmp_path / "cut"))
    with pytest.raises(UsageError, match="another operator, data or settings"):
        embedder(checkpoint).cross_validate(here.replace(lr=0.1), data, folds=3)
    found = embedder(checkpoint).cross_validate(here, data, folds=3)
    assert trained == ["1", "2", "2", "3"]
    assert found.mean == whole.mean
    assert found.deviation == whole.deviation
    with pytest.raises(UsageError, match="no cross-validation in"):
        embedder(checkpoint).cross_validate(
            config(tmp_path / "none", resume_from=str(tmp_path / "none")), data
        )


def test_trained_on_all_the_operator_serves_a_model_that_is_told_by_the_folds(
    checkpoint: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    op = embedder(checkpoint)
    picture = np.asarray(PIL.Image.new("RGB", (40, 40), "red"))
    before = op(picture)
    found = op.cross_validate(config(tmp_path), colour_squares(45, 0), folds=3, train_on_all=True)
    assert found.result is not None
    assert op.ref == found.result.ref
    assert op(picture).shape != before.shape or not np.array_equal(op(picture), before)
    assert found.result.metrics == found.mean
    assert found.result.baseline == found.baseline_mean
    card = (found.result.folder / "README.md").read_text()
    assert "on 45 images of 3 classes; measured by cross-validation over 3 folds" in card
    assert "training samples too" not in caplog.text
