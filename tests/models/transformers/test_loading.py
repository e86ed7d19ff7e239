"""What is wrong with a folder of a model is told in one sentence that names it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from towhee.errors import WeightsError
from towhee.models.transformers.loading import load_pretrained


@pytest.mark.parametrize(
    "wrong",
    [
        {"hidden_size": "wide"},
        {"hidden_size": -5},
        {"num_attention_heads": 0},
        {"num_hidden_layers": 10**9},
    ],
    ids=str,
)
def test_a_configuration_that_cannot_be_is_told_as_such(
    tmp_path: Path, wrong: dict[str, Any]
) -> None:
    pytest.importorskip("torch")
    bert = {"model_type": "bert", "hidden_size": 8, "num_attention_heads": 2, "vocab_size": 9}
    (tmp_path / "config.json").write_text(json.dumps({**bert, **wrong}))
    (tmp_path / "model.safetensors").write_bytes((2).to_bytes(8, "little") + b"{}")
    with pytest.raises(WeightsError, match=tmp_path.name):
        load_pretrained("AutoModel", tmp_path)
