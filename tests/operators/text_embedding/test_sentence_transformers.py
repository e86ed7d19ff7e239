"""Vectors of sentence models are those of sentence-transformers itself."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sentence_models import (
    MINILM,
    TEXTS,
    edited_copy,
    of_sentence_transformers,
    random_sentence_model,
)
from towhee import DataCollection, pipeline
from towhee.errors import DataError, UsageError, WeightsError
from towhee.models.backends.openvino import OpenVinoBackend
from towhee.models.text.sample_sentences import sample_sentences
from towhee.operators.text_embedding.sentence_transformers import (
    SentenceTransformersTextEmbedding,
)

LONG_AND_SHORT = [*TEXTS, *sample_sentences()]


def of_torch(folder: Path = MINILM, **settings: Any) -> SentenceTransformersTextEmbedding:
    """The reference: torch in float32, about which nothing has to be measured."""
    return SentenceTransformersTextEmbedding(
        checkpoint=folder, backend="torch", precision="float32", **settings
    )


@pytest.fixture(scope="module")
def expected() -> np.ndarray:
    """What sentence-transformers gives for ``LONG_AND_SHORT``."""
    return of_sentence_transformers(MINILM, LONG_AND_SHORT)


@pytest.fixture(scope="module")
def torch_model() -> SentenceTransformersTextEmbedding:
    return of_torch()


def test_torch_gives_the_vectors_of_sentence_transformers(
    torch_model: SentenceTransformersTextEmbedding, expected: np.ndarray
) -> None:
    assert np.abs(torch_model.batch(LONG_AND_SHORT) - expected).max() < 1e-5


def test_what_measures_fastest_still_gives_them(expected: np.ndarray) -> None:
    embed = SentenceTransformersTextEmbedding(checkpoint=MINILM)
    chain = DataCollection(LONG_AND_SHORT).text_embedding.sentence_transformers(checkpoint=MINILM)
    for vectors in (embed.batch(LONG_AND_SHORT), np.stack(chain.to_list())):
        assert (vectors * expected).sum(axis=1).min() >= 0.9999
    assert "runs on" in embed.how_it_runs()[0]


@pytest.mark.parametrize("backend", ["onnxruntime", "openvino"])
def test_other_backends_agree_in_float32(backend: str, expected: np.ndarray) -> None:
    embed = SentenceTransformersTextEmbedding(
        checkpoint=MINILM, backend=backend, precision="float32"
    )
    assert np.abs(embed.batch(LONG_AND_SHORT) - expected).max() < 1e-5


def test_openvino_meets_few_shapes_of_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """It keeps two megabytes for each."""
    shapes = set()
    call = OpenVinoBackend.__call__

    def noted(self: OpenVinoBackend, *inputs: np.ndarray) -> np.ndarray:
        shapes.add(inputs[0].shape[1])
        return call(self, *inputs)

    embed = pipeline("sentence-embedding", checkpoint=MINILM, backend="openvino")
    embed.batch(["bird"])  # measures how it runs best
    monkeypatch.setattr(OpenVinoBackend, "__call__", noted)
    embed.batch(["bird " * length for length in range(1, 300)])
    assert shapes <= {*range(4, 65, 4), *range(72, 129, 8), *range(144, 257, 16)}


def test_the_tokens_are_those_of_sentence_transformers(
    torch_model: SentenceTransformersTextEmbedding,
) -> None:
    from sentence_transformers import SentenceTransformer

    reference = SentenceTransformer(str(MINILM), device="cpu")
    for text in LONG_AND_SHORT:
        theirs = reference.preprocess([text])["input_ids"][0].tolist()
        assert torch_model.prepare(text).tolist() == theirs, text[:50]


def test_neighbours_in_a_batch_do_not_change_a_vector(
    torch_model: SentenceTransformersTextEmbedding,
) -> None:
    alone = np.stack([torch_model(text) for text in LONG_AND_SHORT])
    assert np.abs(torch_model.batch(LONG_AND_SHORT) - alone).max() < 1e-6
    assert np.abs(torch_model.batch(LONG_AND_SHORT[::-1])[::-1] - alone).max() < 1e-6


def test_a_chain_gives_rows_in_their_own_order(expected: np.ndarray) -> None:
    chain = DataCollection(LONG_AND_SHORT * 3).text_embedding.sentence_transformers(
        checkpoint=MINILM, backend="onnxruntime"
    )
    assert np.abs(np.stack(chain.to_list()) - np.tile(expected, (3, 1))).max() < 1e-5


def test_texts_of_one_meaning_are_nearer_than_others(
    torch_model: SentenceTransformersTextEmbedding,
) -> None:
    cat, kitten, tax = torch_model.batch(
        ["A cat sleeps on the sofa.", "The kitten is napping on a couch.", "Taxes are due in May."]
    )
    assert cat @ kitten > 0.6 > 0.2 > cat @ tax


SMALL = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2}


@pytest.mark.parametrize(
    ("model_type", "pooling", "sizes"),
    [
        ("bert", "cls", {**SMALL, "intermediate_size": 64}),
        ("roberta", "max", {**SMALL, "intermediate_size": 64, "pad_token_id": 0}),
        ("mpnet", "mean_sqrt_len_tokens", {**SMALL, "intermediate_size": 64, "pad_token_id": 0}),
        ("distilbert", "weightedmean", {"dim": 32, "n_layers": 2, "n_heads": 2, "hidden_dim": 64}),
        ("electra", "lasttoken", {**SMALL, "embedding_size": 16, "intermediate_size": 64}),
    ],
)
def test_every_pooling_is_that_of_sentence_transformers_on_other_networks_too(
    model_type: str, pooling: str, sizes: dict[str, int], tmp_path: Path
) -> None:
    folder = random_sentence_model(tmp_path / "model", model_type, pooling, **sizes)
    theirs = of_sentence_transformers(folder, LONG_AND_SHORT)
    for backend in ("torch", "onnxruntime"):
        embed = SentenceTransformersTextEmbedding(
            checkpoint=folder, backend=backend, precision="float32", normalize=False
        )
        assert np.abs(embed.batch(LONG_AND_SHORT) - theirs).max() < 1e-5 * np.abs(theirs).max()
    assert embed.dimension == theirs.shape[1]


def test_vectors_have_unit_length_unless_asked_otherwise(tmp_path: Path) -> None:
    sizes = {**SMALL, "intermediate_size": 64}
    folder = random_sentence_model(tmp_path / "model", "bert", "mean", **sizes)
    as_they_are = of_torch(folder, normalize=False).batch(TEXTS)
    lengths = np.linalg.norm(as_they_are, axis=1, keepdims=True)
    assert np.abs(lengths - 1).min() > 0.1
    assert np.abs(of_torch(folder).batch(TEXTS) - as_they_are / lengths).max() < 1e-6


def test_a_prompt_is_put_in_front_of_every_text() -> None:
    theirs = of_sentence_transformers(MINILM, TEXTS, prompt="query: ")
    assert np.abs(of_torch(prompt="query: ").batch(TEXTS) - theirs).max() < 1e-5


def test_the_prompt_of_the_model_itself_is_honoured(tmp_path: Path) -> None:
    about = {"prompts": {"query": "find: ", "document": ""}, "default_prompt_name": "query"}
    folder = edited_copy(tmp_path / "model", config_sentence_transformers=about)
    theirs = of_sentence_transformers(folder, TEXTS)
    assert np.abs(of_torch(folder).batch(TEXTS) - theirs).max() < 1e-5
    assert np.abs(of_torch(folder, prompt="").batch(TEXTS) - theirs).max() > 1e-2


def test_queries_and_documents_have_the_prompts_of_the_model(tmp_path: Path) -> None:
    from sentence_transformers import SentenceTransformer

    about = {"prompts": {"query": "find: ", "document": "text: ", "cluster": "alike: "}}
    folder = edited_copy(tmp_path / "model", config_sentence_transformers=about)
    reference = SentenceTransformer(str(folder), device="cpu")
    theirs = {
        "query": reference.encode_query(TEXTS, show_progress_bar=False),
        "document": reference.encode_document(TEXTS, show_progress_bar=False),
        "cluster": reference.encode(TEXTS, prompt_name="cluster", show_progress_bar=False),
    }
    for name, expected in theirs.items():
        assert np.abs(of_torch(folder, prompt_name=name).batch(TEXTS) - expected).max() < 1e-5
    assert np.abs(theirs["query"] - theirs["document"]).max() > 1e-2
    with pytest.raises(
        UsageError, match="no prompt 'answer'; it has 'query', 'document', 'cluster'"
    ):
        of_torch(folder, prompt_name="answer").load()


def test_a_model_that_tells_no_queries_from_documents_has_no_prompt_for_them(
    tmp_path: Path,
) -> None:
    folder = edited_copy(tmp_path / "model", config_sentence_transformers=None)
    vectors = of_torch(folder).batch(TEXTS)
    for name in ("query", "document"):
        assert (of_torch(folder, prompt_name=name).batch(TEXTS) == vectors).all()


def test_texts_are_cut_where_the_model_says(tmp_path: Path) -> None:
    about = {"max_seq_length": 12, "do_lower_case": True}
    folder = edited_copy(tmp_path / "model", sentence_bert_config=about)
    embed = of_torch(folder)
    assert max(len(embed.prepare(text)) for text in TEXTS) == 12
    assert np.abs(embed.batch(TEXTS) - of_sentence_transformers(folder, TEXTS)).max() < 1e-5


@pytest.mark.parametrize("value", [None, b"text", 3, ["a text"], Path("text")], ids=str)
def test_what_is_no_text_is_refused(
    torch_model: SentenceTransformersTextEmbedding, value: object
) -> None:
    with pytest.raises(DataError, match=f"a text is a str, not {type(value).__name__}"):
        torch_model.prepare(value)


def test_half_a_surrogate_pair_is_refused_with_the_remedy(
    torch_model: SentenceTransformersTextEmbedding,
) -> None:
    with pytest.raises(DataError, match=r'text\.encode\("utf-8", "ignore"\)'):
        torch_model("caf\udce9")


def test_a_row_that_is_no_text_leaves_its_neighbours(expected: np.ndarray) -> None:
    rows = [TEXTS[0], None, TEXTS[3]]
    chain = (
        DataCollection(rows)
        .exception_safe()
        .text_embedding.sentence_transformers(checkpoint=MINILM, backend="onnxruntime")
    )
    first, second, third = chain.to_list()
    assert second.is_empty
    found = np.stack([first.get(), third.get()])
    assert np.abs(found - expected[[0, 3]]).max() < 1e-5


def test_a_batch_of_nothing_gives_no_vectors() -> None:
    assert of_torch().forward([]).shape == (0, 384)


def test_int8_is_calibrated_on_texts_of_ones_own() -> None:
    embed = SentenceTransformersTextEmbedding(
        checkpoint=MINILM,
        backend="onnxruntime",
        precision="int8",
        fidelity=0.5,
        calibration=sample_sentences()[:8],
    )
    lines = embed.how_it_runs() or (embed.load(), embed.how_it_runs())[1]
    assert lines[0] == "runs on onnxruntime int8"


def test_the_same_weights_have_the_same_fingerprint_and_others_another(tmp_path: Path) -> None:
    copy = edited_copy(tmp_path / "same")
    shorter = edited_copy(tmp_path / "other", sentence_bert_config={"max_seq_length": 32})
    prints = [of_torch(folder).fingerprint() for folder in (MINILM, copy, shorter)]
    assert prints[0] == prints[1] != prints[2]
    assert of_torch(prompt="query: ").fingerprint() != prints[0]


def test_loading_a_model_writes_nothing_to_the_terminal(
    capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        of_torch().load()
    assert capfd.readouterr() == ("", "")
    assert not caplog.records


@pytest.mark.parametrize(
    "wrong",
    [
        {"model_name": ""},
        {"model_name": "a/b/c"},
        {"backend": "tensorflow"},
        {"precision": "int4"},
        {"device": "tpu"},
        {"fidelity": 2},
        {"prompt": "a: ", "prompt_name": "a"},
    ],
    ids=str,
)
def test_arguments_are_checked_before_anything_is_loaded(wrong: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        SentenceTransformersTextEmbedding(**wrong)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="nowhere' is no folder"):
        SentenceTransformersTextEmbedding(checkpoint=tmp_path / "nowhere")
