"""What a sentence model is made of, as its own files say."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from towhee.errors import WeightsError
from towhee.models.checkpoint import CONFIG_FILE
from towhee.models.json_file import read_json
from towhee.models.text.behind import Behind, behind_pooling
from towhee.models.text.files import ModelFiles
from towhee.models.text.pooling import POOLINGS
from towhee.models.text.prompts import default_prompt

TOKENIZER_FILE = "tokenizer.json"
_MODULES_FILE = "modules.json"
_TRANSFORMER_FILE = "sentence_bert_config.json"
_FIRST, _BEHIND = ("Transformer", "Pooling"), ("Dense", "Normalize")
_NO_LIMIT = 1_000_000  # tokenizers write a number beyond all lengths where there is no limit
_LEGACY_POOLINGS = {
    "pooling_mode_cls_token": "cls",
    "pooling_mode_max_tokens": "max",
    "pooling_mode_mean_tokens": "mean",
    "pooling_mode_mean_sqrt_len_tokens": "mean_sqrt_len_tokens",
    "pooling_mode_weightedmean_tokens": "weightedmean",
    "pooling_mode_lasttoken": "lasttoken",
}
"""How files say it that were written before there was one field, in the order of the vectors."""


@dataclass(frozen=True, slots=True)
class SentenceLayout:
    """From tokens to a vector.

    Attributes:
        transformer: the folder of the transformer within the model, ``""`` or ``"0_Transformer/"``.
        poolings: over the tokens' vectors; several are put one behind the other.
        behind: what comes behind the pooling.
        max_tokens: beyond which a text is cut; ``None`` for no limit.
        cuts_left: whether it is cut at its beginning.
        lower_case: whether texts are put into lower case in front of the tokenizer.
        prompt: what the model puts in front of every text of its own accord.
        padding: the token that fills up the shorter rows of a batch.
        dimension: the length of the vectors.
    """

    transformer: str
    poolings: tuple[str, ...]
    behind: tuple[Behind, ...]
    max_tokens: int | None
    cuts_left: bool
    lower_case: bool
    prompt: str
    padding: int
    dimension: int


def sentence_layout(files: ModelFiles) -> SentenceLayout:
    """The layout of a model, from its configuration files; its weights are not needed.

    Raises:
        WeightsError: if a file is missing or damaged, or the model has a part that towhee does
            not compute.

    Source: https://sbert.net/docs/package_reference/sentence_transformer/modules.html
    """
    listed = files.needed(_MODULES_FILE)
    modules = _modules(listed)
    transformer = modules[0][1]
    pooling = files.needed(modules[1][1] + CONFIG_FILE)
    stated = read_json(pooling)
    poolings = _poolings(stated, pooling)
    tokens = read_json(files.needed(transformer + _TRANSFORMER_FILE))
    config = read_json(files.needed(transformer + CONFIG_FILE))
    tokenizer = files.possible(transformer + "tokenizer_config.json")
    about_tokenizer = read_json(tokenizer) if tokenizer else {}
    prompt = default_prompt(files)
    if prompt and not stated.get("include_prompt", True):
        raise WeightsError(f"{str(pooling)!r} leaves prompts out of the pooling, towhee does not")
    width = stated.get("embedding_dimension") or stated.get("word_embedding_dimension")
    if not isinstance(width, int):
        raise WeightsError(f"{str(pooling)!r} states no dimension")
    behind = behind_pooling(files, modules[2:], width * len(poolings))
    widths = [step.outputs for step in behind if step.dense is not None]
    return SentenceLayout(
        transformer=transformer,
        poolings=poolings,
        behind=behind,
        max_tokens=_max_tokens(tokens, config, about_tokenizer),
        cuts_left=about_tokenizer.get("truncation_side") == "left",
        lower_case=bool(tokens.get("do_lower_case")),
        prompt=prompt,
        padding=config.get("pad_token_id") or 0,
        dimension=widths[-1] if widths else width * len(poolings),
    )


def _modules(file: Path) -> list[tuple[str, str]]:
    """Kind and folder of each module, in their order, which has to be one that towhee computes."""
    listed = read_json(file, of=list)
    try:
        kinds = [str(each["type"]).rpartition(".")[2] for each in listed]
        folders = [f"{each['path']}/" if each["path"] else "" for each in listed]
    except (KeyError, TypeError) as error:
        raise WeightsError(
            f"{str(file)!r} names no modules as sentence-transformers does"
        ) from error
    if tuple(kinds[:2]) != _FIRST or not set(kinds[2:]) <= set(_BEHIND):
        raise WeightsError(
            f"{str(file)!r} lists the modules {', '.join(kinds)}; towhee runs "
            f"{' and '.join(_FIRST)}, and behind them {' and '.join(_BEHIND)}"
        )
    return list(zip(kinds, folders, strict=True))


def _poolings(stated: dict[str, Any], file: Path) -> tuple[str, ...]:
    named = stated.get("pooling_mode")
    if named is None:
        named = [mode for key, mode in _LEGACY_POOLINGS.items() if stated.get(key)] or ["mean"]
    poolings = (named,) if isinstance(named, str) else tuple(named)
    unknown = [pooling for pooling in poolings if pooling not in POOLINGS]
    if unknown or not poolings:
        raise WeightsError(
            f"{str(file)!r} asks for the pooling {unknown}; towhee has {', '.join(POOLINGS)}"
        )
    return poolings


def _max_tokens(
    stated: dict[str, Any], config: dict[str, Any], tokenizer: dict[str, Any]
) -> int | None:
    """As sentence-transformers settles it: its own file, or else the least of what others say."""
    own: int | None = stated.get("max_seq_length")
    if own is not None:
        return own
    limits = (tokenizer.get("model_max_length"), config.get("max_position_embeddings"))
    known = [int(limit) for limit in limits if limit is not None and 0 < limit < _NO_LIMIT]
    return min(known, default=None)
