"""Linear layers behind the pooling of a sentence model: what sentence-transformers gives."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sentence_models import MINILM, TEXTS, edited_copy, of_sentence_transformers
from towhee.errors import WeightsError
from towhee.models.text.files import FolderFiles
from towhee.models.text.layout import sentence_layout
from towhee.operators.text_embedding.sentence_transformers import (
    SentenceTransformersTextEmbedding,
)

MODULES = json.loads((MINILM / "modules.json").read_text())
DENSE = {"idx": 2, "name": "2", "path": "2_Dense", "type": "sentence_transformers.models.Dense"}
STATED = {
    "in_features": 384,
    "out_features": 6,
    "bias": True,
    "activation_function": "torch.nn.modules.activation.Tanh",
}


def with_dense(into: Path, order: str, **stated: Any) -> Path:
    """MiniLM with a linear layer, in front of its scaling to unit length or behind it."""
    from safetensors.numpy import save_file

    scaling = {**MODULES[2], "idx": 3, "name": "3"}
    behind = [DENSE, scaling] if order == "in front" else [{**scaling, "idx": 2}, DENSE]
    folder = edited_copy(into, modules=[*MODULES[:2], *behind])
    (folder / "2_Dense").mkdir()
    (folder / "2_Dense/config.json").write_text(json.dumps({**STATED, **stated}))
    random = np.random.default_rng(0)
    tensors = {
        "linear.weight": random.normal(size=(6, 384)).astype(np.float32),
        "linear.bias": random.normal(size=6).astype(np.float32),
    }
    save_file(tensors, folder / "2_Dense/model.safetensors")
    return folder


@pytest.mark.parametrize("order", ["in front", "behind"])
def test_a_linear_layer_gives_what_sentence_transformers_gives(order: str, tmp_path: Path) -> None:
    folder = with_dense(tmp_path / "model", order)
    embed = SentenceTransformersTextEmbedding(
        checkpoint=folder, backend="torch", device="cpu", normalize=False
    )
    embed.setup()
    assert embed.dimension == 6
    texts = TEXTS[:4]
    expected = of_sentence_transformers(folder, texts)
    np.testing.assert_allclose(np.stack(list(embed.batch(texts))), expected, atol=1e-5)


@pytest.mark.parametrize(
    ("stated", "told"),
    [
        ({"activation_function": "torch.nn.modules.activation.GELU"}, "GELU"),
        ({"use_residual": True}, "a residual"),
        ({"in_features": 7}, "states 7 in_features, and what is in front gives 384"),
        ({"out_features": None}, "states no in_features and out_features"),
    ],
)
def test_a_linear_layer_of_another_kind_is_named(
    stated: dict[str, Any], told: str, tmp_path: Path
) -> None:
    folder = with_dense(tmp_path / "model", "behind", **stated)
    with pytest.raises(WeightsError, match=told):
        sentence_layout(FolderFiles(folder))
