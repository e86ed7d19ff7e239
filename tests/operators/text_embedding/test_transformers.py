"""Vectors of an encoder are those of transformers itself, pooled."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sentence_models import MINILM, TEXTS
from tiny_texts import SMALL, of_transformers, tiny_model
from towhee import DataCollection, ops
from towhee.errors import DataError, UsageError, WeightsError
from towhee.models.text.pooling import POOLINGS
from towhee.models.text.sample_sentences import sample_sentences
from towhee.operators.text_embedding.sentence_transformers import (
    SentenceTransformersTextEmbedding,
)
from towhee.operators.text_embedding.transformers import TransformersTextEmbedding

LONG_AND_SHORT = [*TEXTS, *sample_sentences()[:12]]


def of_torch(folder: Path = MINILM, **settings: Any) -> TransformersTextEmbedding:
    """The reference: torch in float32, about which nothing has to be measured."""
    return TransformersTextEmbedding(
        checkpoint=folder, backend="torch", precision="float32", **settings
    )


def far(ours: np.ndarray, theirs: np.ndarray) -> float:
    """The greatest difference, where the greatest value counts as one."""
    return float(np.abs(ours - theirs).max() / max(1, np.abs(theirs).max()))


@pytest.mark.parametrize("pooling", [*POOLINGS, "pooler"])
def test_every_pooling_gives_what_transformers_gives_on_real_weights(pooling: str) -> None:
    ours = of_torch(pooling=pooling, normalize=False).batch(LONG_AND_SHORT)
    assert far(ours, of_transformers(MINILM, LONG_AND_SHORT, pooling)) < 1e-5


def test_mean_pooling_of_a_sentence_model_is_that_of_sentence_transformers() -> None:
    theirs = SentenceTransformersTextEmbedding(
        checkpoint=MINILM, backend="torch", precision="float32"
    ).batch(LONG_AND_SHORT)
    assert np.abs(of_torch(max_tokens=256).batch(LONG_AND_SHORT) - theirs).max() < 1e-5


@pytest.mark.parametrize("backend", ["onnxruntime", "openvino"])
def test_other_backends_agree_in_float32(backend: str) -> None:
    embed = TransformersTextEmbedding(
        checkpoint=MINILM, pooling="cls", backend=backend, precision="float32"
    )
    assert np.abs(embed.batch(TEXTS) - of_torch(pooling="cls").batch(TEXTS)).max() < 1e-5


def test_a_chain_keeps_the_order() -> None:
    chain = DataCollection(LONG_AND_SHORT * 2).text_embedding.transformers(
        checkpoint=MINILM, backend="torch"
    )
    expected = np.tile(of_torch().batch(LONG_AND_SHORT), (2, 1))
    assert np.abs(np.stack(chain.to_list()) - expected).max() < 1e-5


@pytest.mark.parametrize(
    ("model_type", "sizes"),
    [
        ("roberta", {**SMALL, "pad_token_id": 0, "max_position_embeddings": 40}),
        ("distilbert", {"dim": 32, "n_layers": 2, "n_heads": 2, "hidden_dim": 64}),
        (
            "modernbert",
            {**SMALL, "pad_token_id": 0, "bos_token_id": 101, "eos_token_id": 102},
        ),
    ],
)
def test_other_architectures_give_the_vectors_of_transformers(
    model_type: str, sizes: dict[str, Any], tmp_path: Path
) -> None:
    folder = tiny_model(tmp_path / "model", "AutoModel", model_type, **sizes)
    texts = [text for text in TEXTS if len(text) < 100]
    embed = of_torch(folder, normalize=False)
    assert far(embed.batch(texts), of_transformers(folder, texts, "mean")) < 1e-5
    assert embed.dimension == 32


def test_a_text_is_cut_to_the_positions_that_there_are(tmp_path: Path) -> None:
    sizes = {**SMALL, "pad_token_id": 0, "max_position_embeddings": 40}
    folder = tiny_model(tmp_path / "model", "AutoModel", "roberta", **sizes)
    embed = of_torch(folder)
    assert len(embed.prepare("word " * 100)) == 39  # the first position is the padding's
    assert np.isfinite(embed("word " * 100)).all()


def test_of_a_model_with_a_decoder_the_encoder_is_taken(tmp_path: Path) -> None:
    import torch
    from transformers import AutoTokenizer, T5EncoderModel

    sizes = {"d_model": 32, "d_kv": 8, "d_ff": 64, "num_layers": 2, "num_heads": 4}
    folder = tiny_model(tmp_path / "model", "AutoModel", "t5", **sizes)
    model = T5EncoderModel.from_pretrained(folder).eval()
    inputs = AutoTokenizer.from_pretrained(folder)("two words", return_tensors="pt")
    with torch.inference_mode():
        tokens = model(inputs.input_ids, inputs.attention_mask).last_hidden_state[0].numpy()
    assert np.abs(of_torch(folder, normalize=False)("two words") - tokens.mean(0)).max() < 1e-5


def test_neighbours_in_a_batch_do_not_change_a_vector() -> None:
    embed = of_torch(pooling="lasttoken")
    alone = np.stack([embed(text) for text in TEXTS])
    assert np.abs(embed.batch(TEXTS) - alone).max() < 1e-6


def test_a_prompt_is_put_in_front_of_every_text() -> None:
    prompted = of_torch(prompt="query: ").batch(["a bird", "a tree"])
    assert np.abs(prompted - of_torch().batch(["query: a bird", "query: a tree"])).max() < 1e-6


def test_a_model_without_a_pooler_says_so(tmp_path: Path) -> None:
    sizes = {"dim": 32, "n_layers": 1, "n_heads": 2, "hidden_dim": 64}
    folder = tiny_model(tmp_path / "model", "AutoModel", "distilbert", **sizes)
    with pytest.raises(WeightsError, match="has no pooler of its own: pooling is one of cls"):
        of_torch(folder, pooling="pooler")("a")


def test_a_pooler_whose_weights_are_missing_is_not_made_up(tmp_path: Path) -> None:
    folder = tiny_model(tmp_path / "model", "AutoModelForMaskedLM", "bert", **SMALL)
    with pytest.raises(WeightsError, match=r"lacks 2, pooler\.dense\.bias among them"):
        of_torch(folder, pooling="pooler")("a")
    assert np.isfinite(of_torch(folder)("a")).all()


def test_a_folder_without_a_configuration_is_named(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"has no config\.json, which a folder of transformers"):
        of_torch(tmp_path)("a")


def test_a_damaged_configuration_is_named(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{")
    with pytest.raises(WeightsError, match=r"config\.json' is not JSON"):
        of_torch(tmp_path)("a")


def test_pickled_weights_are_refused_unless_they_are_trusted(tmp_path: Path) -> None:
    import torch
    from safetensors.torch import load_file

    folder = tiny_model(tmp_path / "model", "AutoModel", "bert", **SMALL)
    vector = of_torch(folder)("a")
    weights = folder / "model.safetensors"
    torch.save(load_file(weights), folder / "pytorch_model.bin")
    weights.unlink()
    with pytest.raises(WeightsError, match="is a pickle"):
        of_torch(folder)("a")
    assert np.abs(of_torch(folder, trust_pickle=True)("a") - vector).max() < 1e-6


def test_the_fingerprint_tells_weights_and_readings_apart(tmp_path: Path) -> None:
    other = tiny_model(tmp_path / "model", "AutoModel", "bert", **SMALL)
    prints = [
        of_torch().fingerprint(),
        of_torch(pooling="cls").fingerprint(),
        of_torch(prompt="q").fingerprint(),
        of_torch(max_tokens=9).fingerprint(),
        of_torch(other).fingerprint(),
    ]
    assert len({*prints}) == 5
    assert of_torch().fingerprint() == prints[0]


@pytest.mark.parametrize("value", [None, b"text", 3, ["a text"]], ids=str)
def test_what_is_no_text_is_refused(value: object) -> None:
    with pytest.raises(DataError, match=f"a text is a str, not {type(value).__name__}"):
        of_torch().prepare(value)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"pooling": "average"}, "pooling is one of cls, max, mean"),
        ({"max_tokens": 0}, "max_tokens is at least 1"),
        ({"model_name": "a/b/c"}, "a repository of the Hub is owner/name"),
        ({"backend": "tensorflow"}, "backend is one of"),
    ],
    ids=str,
)
def test_arguments_are_checked_before_anything_is_loaded(wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        TransformersTextEmbedding(**wrong)


def test_the_predecessors_name_gives_the_same_operator() -> None:
    named = ops.sentence_embedding.transformers(checkpoint=MINILM)
    assert named.ref == ops.text_embedding.transformers(checkpoint=MINILM).ref


@pytest.mark.parametrize("kind", ["DPRContextEncoder", "DPRQuestionEncoder"])
@pytest.mark.parametrize("projection", [0, 16])
def test_dpr_gives_the_vectors_of_its_own_class(kind: str, projection: int, tmp_path: Path) -> None:
    folder = tiny_model(tmp_path / "model", kind, "dpr", **SMALL, projection_dim=projection)
    embed = ops.text_embedding.dpr(checkpoint=folder, backend="torch", normalize=False)
    theirs = of_transformers(folder, TEXTS, "pooler", kind=kind)
    assert far(embed.batch(TEXTS), theirs) < 1e-5
    assert embed.operator.dimension == theirs.shape[1]


def test_dpr_has_no_vectors_of_tokens(tmp_path: Path) -> None:
    folder = tiny_model(tmp_path / "model", "DPRContextEncoder", "dpr", **SMALL)
    with pytest.raises(WeightsError, match='pooling="pooler"'):
        of_torch(folder)("a")


def test_longformer_gives_the_vectors_of_transformers(tmp_path: Path) -> None:
    sizes = {**SMALL, "attention_window": [8, 8], "pad_token_id": 0}
    folder = tiny_model(tmp_path / "model", "AutoModel", "longformer", **sizes)
    about = json.loads((folder / "tokenizer_config.json").read_text())
    about["model_max_length"] = 64
    (folder / "tokenizer_config.json").write_text(json.dumps(about))
    embed = ops.text_embedding.longformer(checkpoint=folder, normalize=False)
    theirs = of_transformers(folder, TEXTS, "mean")
    assert far(embed.batch(TEXTS), theirs) < 1e-5
