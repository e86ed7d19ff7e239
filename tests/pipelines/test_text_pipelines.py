"""The pipelines of texts and molecules, by their names."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sentence_models import MINILM, of_sentence_transformers
from tiny_molecules import MOLECULES, tiny_chemberta
from tiny_texts import SMALL, of_transformers, tiny_model
from towhee import pipeline
from towhee.errors import OperatorError


def test_sentence_similarity_is_the_cosine_that_sentence_transformers_gives() -> None:
    alike = pipeline(
        "sentence-similarity",
        text_embedding={"checkpoint": str(MINILM), "backend": "torch", "precision": "float32"},
    )
    texts = ["A cat sleeps on the sofa.", "The kitten is napping on a couch.", "Taxes are due."]
    cat, kitten, tax = of_sentence_transformers(MINILM, texts, normalize_embeddings=True)
    assert alike(*texts[:2]) == pytest.approx(float(cat @ kitten), abs=1e-5)
    pairs = [(texts[0], texts[1]), (texts[0], texts[2]), (texts[0], texts[0])]
    expected = [float(cat @ kitten), float(cat @ tax), 1.0]
    assert alike.batch(pairs) == pytest.approx(expected, abs=1e-5)


def test_rerank_orders_the_texts_of_each_query(tmp_path: Path) -> None:
    from sentence_transformers import CrossEncoder

    sizes = {**SMALL, "num_labels": 1, "initializer_range": 0.5}
    kind = "AutoModelForSequenceClassification"
    folder = tiny_model(tmp_path / "model", kind, "bert", **sizes)
    texts = ["Seeds and insects.", "They sing.", "Under the leaves."]
    found = pipeline("rerank", checkpoint=str(folder), topk=2)("what do towhees eat?", texts)
    theirs = CrossEncoder(str(folder), device="cpu").rank("what do towhees eat?", texts, top_k=2)
    assert found.texts == [texts[each["corpus_id"]] for each in theirs]
    assert found.scores == pytest.approx([each["score"] for each in theirs], abs=1e-5)


def test_hashing_needs_nothing_and_tells_texts_apart() -> None:
    embed = pipeline("text-embedding-hashing")
    cat, cats, tax = embed(["a black cat", "two black cats", "tax returns"])
    assert cat @ cats > 0.4 > 0.2 > cat @ tax
    assert embed.batch([]).shape == (0, 1024)


def test_fingerprints_find_salicylic_acid_for_aspirin() -> None:
    pytest.importorskip("rdkit")
    vectors = pipeline("molecular-fingerprinting")(list(MOLECULES.values()))
    common, total = vectors @ vectors[0], vectors.sum(axis=1)
    tanimoto = common / (total + total[0] - common)
    nearest = np.argsort(-tanimoto)[:2]
    assert [list(MOLECULES)[place] for place in nearest] == ["aspirin", "salicylic acid"]
    with pytest.raises(OperatorError, match="unclosed ring"):
        pipeline("molecular-fingerprinting")("C1CC")


def test_molecule_embedding_gives_the_vectors_of_its_model(tmp_path: Path) -> None:
    folder = tiny_chemberta(tmp_path / "chemberta")
    embed = pipeline("molecule-embedding", checkpoint=folder, backend="torch", normalize=False)
    smiles = list(MOLECULES.values())
    theirs = of_transformers(folder, smiles, "mean")
    assert np.abs(embed(smiles) - theirs).max() < 1e-5 * max(1, np.abs(theirs).max())
