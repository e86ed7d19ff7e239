"""Scores are those of sentence-transformers' ``CrossEncoder``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sentence_models import TEXTS
from tiny_texts import SMALL, tiny_model
from towhee import ops, pipe
from towhee.errors import DataError, UsageError, WeightsError
from towhee.operators.rerank.cross_encoder import CrossEncoderRerank

QUERY = "Which bird scratches among leaves?"
KIND = "AutoModelForSequenceClassification"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    into = tmp_path_factory.mktemp("models") / "bert"
    return tiny_model(into, KIND, "bert", **SMALL, num_labels=1, initializer_range=0.5)


def of_sentence_transformers(folder: Path, texts: list[str], **settings: Any) -> np.ndarray:
    from sentence_transformers import CrossEncoder

    model = CrossEncoder(str(folder), device="cpu", **settings)
    scores: np.ndarray = model.predict([(QUERY, text) for text in texts])
    return scores


@pytest.mark.parametrize(
    ("model_type", "sizes"),
    [
        ("bert", SMALL),
        ("roberta", {**SMALL, "pad_token_id": 0, "max_position_embeddings": 513}),
        ("distilbert", {"dim": 32, "n_layers": 2, "n_heads": 2, "hidden_dim": 64}),
    ],
)
def test_scores_are_those_of_sentence_transformers(
    model_type: str, sizes: dict[str, Any], tmp_path: Path
) -> None:
    made = tiny_model(
        tmp_path / "model", KIND, model_type, **sizes, num_labels=1, initializer_range=0.5
    )
    kept, scores = ops.rerank.cross_encoder(checkpoint=made, order="given")(QUERY, TEXTS)
    assert kept == TEXTS
    theirs = of_sentence_transformers(made, TEXTS)
    assert np.ptp(theirs) > 0.05
    assert np.abs(np.array(scores) - theirs).max() < 1e-5


def test_a_model_that_sentence_transformers_saved_keeps_its_activation(
    folder: Path, tmp_path: Path
) -> None:
    import torch
    from sentence_transformers import CrossEncoder

    saved = tmp_path / "saved"
    identity = torch.nn.Identity()
    CrossEncoder(str(folder), device="cpu", activation_fn=identity).save_pretrained(str(saved))
    _, scores = CrossEncoderRerank(checkpoint=saved, order="given")(QUERY, TEXTS)
    theirs = of_sentence_transformers(saved, TEXTS)
    assert np.abs(np.array(scores) - theirs).max() < 1e-5
    assert np.abs(theirs - of_sentence_transformers(folder, TEXTS)).max() > 0.01


def test_the_activation_of_older_files_is_known_too(folder: Path, tmp_path: Path) -> None:
    older = _edited(folder, tmp_path / "older", "torch.nn.modules.linear.Identity")
    _, scores = CrossEncoderRerank(checkpoint=older, order="given")(QUERY, TEXTS)
    assert np.abs(np.array(scores) - of_sentence_transformers(older, TEXTS)).max() < 1e-5


def test_an_activation_that_is_code_is_refused(folder: Path, tmp_path: Path) -> None:
    other = _edited(folder, tmp_path / "other", "my_code.Squash")
    with pytest.raises(WeightsError, match=r"puts 'my_code\.Squash' behind its scores"):
        CrossEncoderRerank(checkpoint=other)(QUERY, TEXTS)


def test_the_best_come_first_and_topk_and_min_score_cut(folder: Path) -> None:
    given, scores = CrossEncoderRerank(checkpoint=folder, order="given")(QUERY, TEXTS)
    by_score = sorted(zip(scores, given, strict=True), key=lambda pair: -pair[0])
    texts, ranked = CrossEncoderRerank(checkpoint=folder)(QUERY, TEXTS)
    assert ranked == [score for score, _ in by_score]
    assert texts == [text for _, text in by_score]
    first, second = CrossEncoderRerank(checkpoint=folder, topk=3)(QUERY, TEXTS)
    assert (first, second) == (texts[:3], ranked[:3])
    bound = ranked[4]
    _, above = CrossEncoderRerank(checkpoint=folder, min_score=bound)(QUERY, TEXTS)
    assert above == [score for score in ranked if score >= bound]


def test_a_pipe_ranks_what_was_found_for_each_query(folder: Path) -> None:
    rank = (
        pipe.input("query", "found")
        .map(("query", "found"), ("texts", "scores"), ops.rerank(checkpoint=folder, topk=2))
        .output("texts", "scores")
    )
    alone = CrossEncoderRerank(checkpoint=folder, topk=2)
    queries = [(QUERY, TEXTS[:4]), ("another", TEXTS[4:]), ("none found", [])]
    for (query, found), row in zip(queries, rank.batch(queries), strict=True):
        texts, scores = row.get()
        expected, expected_scores = alone(query, found)
        assert texts == expected
        assert np.abs(np.array(scores) - expected_scores).max(initial=0) < 1e-5


def test_the_longer_text_is_cut(folder: Path) -> None:
    rank = CrossEncoderRerank(checkpoint=folder, max_tokens=24, order="given")
    _, (short, long) = rank(QUERY, ["word " * 20, "word " * 5000])
    assert short == pytest.approx(long, abs=1e-6)


def test_a_model_of_several_classes_is_refused(tmp_path: Path) -> None:
    made = tiny_model(tmp_path / "model", KIND, "bert", **SMALL, num_labels=3)
    with pytest.raises(WeightsError, match="tells 3 classes apart"):
        CrossEncoderRerank(checkpoint=made)(QUERY, TEXTS)


def test_a_model_without_a_score_is_refused(tmp_path: Path) -> None:
    made = tiny_model(tmp_path / "model", "AutoModel", "bert", **SMALL, num_labels=1)
    with pytest.raises(WeightsError, match=r"lacks 2, classifier\.bias among them"):
        CrossEncoderRerank(checkpoint=made)(QUERY, TEXTS)


@pytest.mark.parametrize(
    ("query", "texts", "said"),
    [
        (None, ["a"], "a text is a str, not NoneType"),
        ("q", "a text", "the texts to rank are a list of str, not 'a text'"),
        ("q", None, "the texts to rank are a list of str, not None"),
        ("q", ["a", 3], "a text is a str, not int"),
        ("q", ["caf\udce9"], "half of a surrogate pair"),
    ],
    ids=str,
)
def test_what_is_no_text_is_refused(folder: Path, query: Any, texts: Any, said: str) -> None:
    with pytest.raises(DataError, match=said):
        CrossEncoderRerank(checkpoint=folder)(query, texts)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"topk": 0}, "topk is a whole number"),
        ({"order": "best"}, "order is 'score' or 'given'"),
        ({"order": "given", "topk": 2}, "topk takes the best"),
        ({"max_tokens": 0}, "max_tokens is at least 1"),
        ({"device": "tpu"}, "tpu"),
        ({"model_name": "plain"}, "a repository of the Hub is owner/name"),
    ],
    ids=str,
)
def test_arguments_are_checked_before_anything_is_loaded(wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        CrossEncoderRerank(**wrong)


def _edited(folder: Path, into: Path, activation: str) -> Path:
    """A copy whose configuration names an activation as files before 2025 do."""
    import shutil

    shutil.copytree(folder, into)
    config = into / "config.json"
    about = json.loads(config.read_text())
    about["sbert_ce_default_activation_function"] = activation
    config.write_text(json.dumps(about))
    return into
