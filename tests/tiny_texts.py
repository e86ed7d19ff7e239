"""Small models of texts and pairs of texts with random weights, as transformers saves them."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from sentence_models import MINILM
from towhee.models.transformers.importing import import_transformers

SMALL = {
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 64,
}
_TOKENIZER_FILES = ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json")


def tiny_model(into: Path, kind: str, model_type: str, **sizes: object) -> Path:
    """A model with random weights behind the tokenizer of all-MiniLM-L6-v2.

    Args:
        into: the folder to make.
        kind: its class in transformers, ``"AutoModel"``.
        model_type: its architecture, ``"bert"``.
        sizes: fields of its configuration.
    """
    import torch

    transformers = import_transformers()
    config = transformers.AutoConfig.for_model(model_type, vocab_size=30522, **sizes)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        made = getattr(transformers, kind)
        model = made.from_config(config) if kind.startswith("Auto") else made(config)
        model.save_pretrained(into)
    for name in _TOKENIZER_FILES:
        shutil.copy(MINILM / name, into / name)
    return into


def of_transformers(
    folder: Path, texts: Sequence[str], pooling: str, *, kind: str = "AutoModel"
) -> npt.NDArray[np.float32]:
    """The vectors that transformers itself gives, each text alone, pooled in NumPy."""
    import torch

    transformers = import_transformers()
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    model = getattr(transformers, kind).from_pretrained(folder).eval()
    limit = min(tokenizer.model_max_length, model.config.max_position_embeddings)
    vectors = []
    for text in texts:
        # Not as a text alone: transformers takes an empty one for no text.
        inputs = tokenizer([text], return_tensors="pt", truncation=True, max_length=limit)
        with torch.inference_mode():
            output = model(inputs.input_ids, attention_mask=inputs.attention_mask)
        if pooling == "pooler":
            vectors.append(output.pooler_output[0].numpy())
        else:
            vectors.append(_pooled(output.last_hidden_state[0].numpy(), pooling))
    return np.stack(vectors)


def _pooled(tokens: npt.NDArray[np.float32], pooling: str) -> npt.NDArray[np.float32]:
    places = np.arange(1, len(tokens) + 1, dtype=np.float32)
    by_name = {
        "mean": lambda: tokens.mean(0),
        "cls": lambda: tokens[0],
        "max": lambda: tokens.max(0),
        "lasttoken": lambda: tokens[-1],
        "weightedmean": lambda: places @ tokens / places.sum(),
        "mean_sqrt_len_tokens": lambda: tokens.sum(0) / np.sqrt(len(tokens)),
    }
    pooled: npt.NDArray[np.float32] = by_name[pooling]()
    return pooled
