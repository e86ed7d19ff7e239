"""What is noticed of training data."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest

from towhee import DataCollection, dataset
from towhee.errors import UsageError
from towhee.trainer import TrainingData
from towhee.trainer.checks import check
from towhee.trainer.data_finding import DataFinding


def kinds(findings: list[DataFinding]) -> list[str]:
    return [finding.kind for finding in findings]


def cifar10(folder: Path, part: str, size: int) -> TrainingData:
    return dataset(folder / "cifar10" / f"{part}.parquet", size=size)


def rows_of(data: TrainingData) -> list[dict[str, Any]]:
    return [
        {"image": sample.value, "label": data.classes[sample.label or 0], "id": sample.key}
        for sample in data
    ]


def saved_again(content: bytes) -> bytes:
    """The same picture, as another JPEG file."""
    file = io.BytesIO()
    PIL.Image.open(io.BytesIO(content)).save(file, "JPEG", quality=95)
    return file.getvalue()


def test_nothing_is_found_in_sound_data(shared_data: Path) -> None:
    assert check(cifar10(shared_data, "train", 2000), cifar10(shared_data, "test", 500)) == []


def test_planted_copies_of_training_pictures_are_found_in_the_evaluation(shared_data: Path) -> None:
    train = cifar10(shared_data, "train", 1000)
    planted = [{**row, "id": f"copy of {row['id']}"} for row in rows_of(train)[10:17]]
    evaluation = dataset([*rows_of(cifar10(shared_data, "test", 200)), *planted])
    [found] = check(train, evaluation)
    assert (found.kind, found.level) == ("leak", "warning")
    assert set(found.keys) == {row["id"] for row in planted}
    assert "7 of 207 evaluation samples" in found.message


def test_a_copy_under_another_label_is_a_contradiction(shared_data: Path) -> None:
    rows = rows_of(cifar10(shared_data, "train", 100))
    other = next(row["label"] for row in rows if row["label"] != rows[0]["label"])
    found = check(dataset([*rows, {**rows[0], "id": "the copy", "label": other}]))
    assert kinds(found) == ["contradiction", "duplicates"]
    assert set(found[0].keys) == {rows[0]["id"], "the copy"}
    assert "correct the labels" in found[0].message


def test_a_file_and_its_bytes_are_the_same_picture(shared_data: Path) -> None:
    paths = sorted((shared_data / "imagenet-sample").glob("*.JPEG"))[:20]
    train = dataset([(path, "ab"[i % 2]) for i, path in enumerate(paths)])
    evaluation = dataset([(paths[3].read_bytes(), "b"), (paths[19].read_bytes() + b"\0", "a")])
    [found] = [each for each in check(train, evaluation) if each.kind == "leak"]
    assert found.keys == (evaluation.key(0),)


def test_pictures_saved_again_are_found_by_their_embeddings(shared_data: Path) -> None:
    train, test = cifar10(shared_data, "train", 200), rows_of(cifar10(shared_data, "test", 60))
    again = [
        {**row, "image": saved_again(row["image"]), "id": f"again {index}"}
        for index, row in enumerate(rows_of(train)[:12])
    ]
    evaluation = dataset([*test, *again])
    weights = shared_data.parent / "models" / "mobilenetv2_100.tf_in1k"

    def embed(data: TrainingData) -> Any:
        values = DataCollection([sample.value for sample in data])
        return (
            values.image_decode.pil()
            .image_embedding.timm(model_name=weights.name, checkpoint=str(weights), backend="torch")
            .to_list()
        )

    assert check(train, evaluation) == []
    [found] = check(train, evaluation, embed)
    assert found.kind == "near_leak"
    # A few of them change more: the smallest pictures suffer most from compression.
    assert len(set(found.keys)) >= 9
    assert set(found.keys) <= {row["id"] for row in again}


def test_an_exact_copy_is_not_told_twice() -> None:
    vectors = {("a",): [1.0, 0.0], ("b",): [0.0, 1.0], ("c",): [1.0, 0.01], ("d",): [0.6, 0.8]}
    values = [[part, "x" if part in "ac" else "y"] for (part,) in vectors]
    train = dataset([tuple(row) for row in values[:2]])
    evaluation = dataset([("a", "x"), ("c", "x"), ("d", "y")])

    def embed(data: TrainingData) -> Any:
        return [vectors[(sample.value,)] for sample in data]

    found = {each.kind: each.keys for each in check(train, evaluation, embed)}
    assert found["leak"] == (evaluation.key(0),)
    assert found["near_leak"] == (evaluation.key(1),)


def test_classes_with_few_samples_and_much_larger_ones_are_named() -> None:
    rows = [(f"{name} {i}", name) for name, n in (("a", 60), ("b", 12), ("c", 4)) for i in range(n)]
    few, imbalance = check(dataset(rows))
    assert (few.kind, few.keys) == ("few_samples", ("c",))
    assert (imbalance.kind, imbalance.keys) == ("imbalance", ("a", "c"))
    assert check(dataset(rows[:72])) == []


def test_a_class_that_was_never_trained_is_an_error() -> None:
    train = dataset([(f"{name} {i}", name) for name in "ab" for i in range(6)])
    evaluation = dataset([("x", "a"), ("y", "owl"), ("z", "hen")])
    [found] = check(train, evaluation)
    assert (found.kind, found.level, found.keys) == ("unknown_class", "error", ("hen", "owl"))


def test_unreadable_files_are_named_and_the_rest_is_looked_at(tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / name).mkdir()
        for index in range(6):
            (tmp_path / name / f"{index}.png").write_bytes(f"{index // 2} {name}".encode())
    train = dataset(tmp_path)
    (tmp_path / "b" / "4.png").unlink()
    unreadable, duplicates = check(train)
    assert (unreadable.kind, unreadable.level) == ("unreadable", "error")
    assert unreadable.keys == ("b/4.png",)
    assert "does not exist" in unreadable.message
    assert (duplicates.kind, len(duplicates.keys)) == ("duplicates", 5)


def test_labels_that_no_neighbour_explains_look_random() -> None:
    random = np.random.default_rng(0)
    train = dataset("train", size=400, side=8)
    vectors = random.normal(0, 1, (400, 16)) + 4 * np.eye(4, 16)[train.labels]
    assert check(train, embed=lambda data: vectors) == []
    shuffled = replace(train, labels=random.permutation(train.labels))
    [found] = check(shuffled, embed=lambda data: vectors)
    assert found.kind == "random_labels"
    assert "always naming the largest class would reach 25%" in found.message


def test_embeddings_of_another_number_are_refused() -> None:
    train = dataset([("a", "x"), ("b", "y")])
    with pytest.raises(UsageError, match=r"embed gave \(3, 2\) for 2 samples"):
        check(train, embed=lambda data: np.ones((3, 2)))
