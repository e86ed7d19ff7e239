"""What sounds is named as transformers' own pipeline names it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tiny_audio import glide, tiny_ast
from towhee import DataCollection, ops
from towhee.errors import DataError, UsageError
from towhee.models.transformers.importing import import_transformers, quiet_transformers
from towhee.operators.audio_classification.ast import AstAudioClassification
from towhee.types import Classification

SOUNDS = [glide(1.0), glide(0.5, start=900, end=90), glide(1.2, start=3000, end=3100)]
VALUES = [(sound, 16000) for sound in SOUNDS]
BIRDS = {0: "towhee", 1: "junco", 2: "brambling", 3: "magpie", 4: "chickadee"}


def of_torch(folder: Path, **settings: Any) -> AstAudioClassification:
    """The reference: torch in float32, about which nothing has to be measured."""
    return AstAudioClassification(
        checkpoint=folder, backend="torch", precision="float32", **settings
    )


def of_transformers(folder: Path, topk: int) -> list[list[dict[str, Any]]]:
    transformers = import_transformers()
    with quiet_transformers():
        classify = transformers.pipeline(
            "audio-classification", model=str(folder), feature_extractor=str(folder), device="cpu"
        )
        return [classify(sound, top_k=topk) for sound in SOUNDS]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_ast(tmp_path_factory.mktemp("ast") / "model", id2label=BIRDS)


@pytest.mark.parametrize(
    "problem", [None, "single_label_classification", "multi_label_classification"]
)
def test_classes_and_scores_are_those_of_the_pipeline_of_transformers(
    problem: str | None, tmp_path: Path
) -> None:
    folder = tiny_ast(tmp_path / "model", id2label=BIRDS, problem_type=problem)
    found = of_torch(folder, topk=4).batch(VALUES)
    for ours, theirs in zip(found, of_transformers(folder, 4), strict=True):
        assert [each.label for each in ours] == [each["label"] for each in theirs]
        assert [each.score for each in ours] == pytest.approx(
            [each["score"] for each in theirs], abs=1e-5
        )


def test_what_measures_fastest_names_the_same(folder: Path) -> None:
    expected = of_torch(folder, topk=1).batch(VALUES)
    chain = DataCollection(VALUES).audio_classification.ast(checkpoint=folder, topk=1)
    assert [[each.label for each in row] for row in chain] == [
        [each.label for each in row] for row in expected
    ]


def test_scores_can_be_asked_for_one_by_one(folder: Path) -> None:
    together = of_torch(folder, scores="softmax", topk=9)(VALUES[0])
    assert sum(each.score for each in together) == pytest.approx(1)
    alone = of_torch(folder, scores="sigmoid", topk=9)(VALUES[0])
    logits = {each.label: np.log(each.score / (1 - each.score)) for each in alone}
    shares = np.exp([logits[each.label] for each in together])
    assert [each.score for each in together] == pytest.approx(list(shares / shares.sum()), 1e-3)


def test_all_windows_of_a_long_sound_count(folder: Path) -> None:
    long = np.concatenate([SOUNDS[2], SOUNDS[0], SOUNDS[1]])
    window = 400 + 127 * 160
    parts = [long[:window], long[window : 2 * window], long[-window:]]
    classify = of_torch(folder, topk=5)
    scores: dict[str, list[float]] = {}
    for found in classify.batch([(part, 16000) for part in parts]):
        for each in found:
            scores.setdefault(each.label, []).append(each.score)
    whole = classify((long, 16000))
    assert {each.label: each.score for each in whole} == pytest.approx(
        {label: float(np.mean(each)) for label, each in scores.items()}, abs=1e-5
    )


def test_a_batch_of_nothing_and_what_is_no_sound(folder: Path) -> None:
    assert of_torch(folder).forward([]) == []
    with pytest.raises(DataError, match="is not a sound"):
        of_torch(folder)("a.wav")


def test_the_surest_comes_first(folder: Path) -> None:
    [found] = of_torch(folder, topk=3).batch(VALUES[:1])
    assert all(isinstance(each, Classification) for each in found)
    assert sorted(found, key=lambda each: -each.score) == found
    assert len(found) == 3


@pytest.mark.parametrize("wrong", [{"topk": 0}, {"topk": True}, {"scores": "linear"}], ids=str)
def test_arguments_are_checked_at_once(wrong: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        ops.audio_classification.ast(**wrong)
