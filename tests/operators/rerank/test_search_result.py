"""Rows of a store are ranked anew by the scores of a cross-encoder."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sentence_models import TEXTS
from tiny_texts import SMALL, tiny_model
from towhee import dc, open_store, ops
from towhee.errors import DataError, UnknownNameError
from towhee.types import SearchResult

KEPT = [text for text in TEXTS if text and "\0" not in text]
QUERY = "Which bird scratches among leaves?"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    into = tmp_path_factory.mktemp("models") / "bert"
    kind = "AutoModelForSequenceClassification"
    return tiny_model(into, kind, "bert", **SMALL, num_labels=1, initializer_range=0.5)


def test_what_a_store_found_is_ranked_by_the_cross_encoder(folder: Path, tmp_path: Path) -> None:
    uri = f"faiss:///{tmp_path / 'texts'}"
    vectors = np.random.default_rng(0).normal(size=(len(KEPT), 4)).astype(np.float32)
    with open_store(uri) as store:
        store.upsert(range(len(KEPT)), vectors, {"text": KEPT})
    found = (
        dc["question", "vec"]([[QUERY, vectors[0]]])
        .search_store["vec", "near"](uri, topk=len(KEPT))
        .rerank.search_result[("question", "near"), "best"](topk=3, checkpoint=folder)[0]
    )
    texts, scores = ops.rerank.cross_encoder(checkpoint=folder, topk=3)(QUERY, KEPT)
    assert [row["text"] for row in found.best.payload] == texts
    assert found.best.keys == [KEPT.index(text) for text in texts]
    np.testing.assert_allclose(found.best.scores, scores, atol=1e-5)
    assert found.best.keys != found.near.keys[:3], "the two rank differently"


def test_what_cannot_be_ranked_is_refused(folder: Path) -> None:
    rerank = ops.rerank.search_result(column="caption", checkpoint=folder)
    with pytest.raises(UnknownNameError, match="no payload column is called 'caption'"):
        rerank(QUERY, SearchResult([1], [0.5], [1], [{"captions": "a"}]))
    with pytest.raises(DataError, match="a SearchResult is ranked anew"):
        rerank(QUERY, ["a"])
