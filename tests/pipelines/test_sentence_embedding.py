"""Texts in, vectors out: the pipelines of sentence models."""

from __future__ import annotations

import numpy as np
import pytest

from sentence_models import MINILM, TEXTS, of_sentence_transformers
from towhee import pipeline
from towhee.errors import UsageError
from towhee.pipelines import find_pipeline, register_pipeline


def test_one_text_or_many_give_the_vectors_of_sentence_transformers() -> None:
    embed = pipeline("sentence-embedding", checkpoint=MINILM, backend="onnxruntime")
    together = embed(TEXTS)
    assert np.abs(together - of_sentence_transformers(MINILM, TEXTS)).max() < 1e-5
    assert np.abs(embed(TEXTS[0]) - together[0]).max() < 1e-6
    assert embed([]).shape == (0, 384)


def test_the_default_model_goes_by_several_names() -> None:
    specs = [
        find_pipeline(name)
        for name in ("sentence-embedding", "sentence_embedding", "towhee/sentence-embedding")
    ]
    assert specs[0] == specs[1] == specs[2]
    assert (specs[0].model_name, specs[0].dimension) == ("all-MiniLM-L6-v2", 384)
    assert (specs[0].data, specs[0].extra) == ("text", "text")


def test_any_repository_has_a_pipeline() -> None:
    spec = find_pipeline("sentence-embedding-someone/their_model")
    assert spec.model_name == "someone/their_model"


@pytest.mark.parametrize("name", ["sentence-embedding", "sentence-embedding-mine"])
def test_their_names_are_taken(name: str) -> None:
    with pytest.raises(UsageError, match="is called"):
        register_pipeline(name, ["image_decode.pil"])
