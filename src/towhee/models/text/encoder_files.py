"""What the files of an encoder of transformers say, besides its weights."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from towhee.errors import WeightsError
from towhee.models.checkpoint import CONFIG_FILE
from towhee.models.json_file import read_json
from towhee.models.projection import PROJECTION_FILE, Projection, stated_projection
from towhee.models.transformers.loading import load_processor

_NO_LIMIT = 1_000_000  # tokenizers write a number beyond all lengths where there is no limit
# Their positions begin behind the padding's number, so there are fewer than their files say.
_OFFSET_POSITIONS = frozenset(
    {"camembert", "data2vec-text", "longformer", "mpnet", "roberta", "xlm-roberta"}
)


def read_config(folder: Path) -> dict[str, Any]:
    """What the model's ``config.json`` says.

    Raises:
        WeightsError: if there is none, or it is damaged.
    """
    file = folder / CONFIG_FILE
    if not file.is_file():
        raise WeightsError(
            f"checkpoint {str(folder)!r} has no {CONFIG_FILE}, which a folder of transformers holds"
        )
    content: dict[str, Any] = read_json(file)
    return content


def width(config: dict[str, Any], name: str) -> int:
    """The length of the vectors of a model's tokens, by the names that architectures give it.

    Raises:
        WeightsError: if the configuration states none.
    """
    if config.get("model_type") == "dpr" and config.get("projection_dim"):
        return int(config["projection_dim"])
    for field in ("hidden_size", "d_model", "dim", "n_embd"):
        if isinstance(config.get(field), int):
            return int(config[field])
    raise WeightsError(f"the configuration of {name!r} states no length of its vectors")


def encoder_projection(folder: Path, config: dict[str, Any], pooling: str) -> Projection | None:
    """The projection that was learned for the vectors of a pooling, ``None`` if there is none.

    Raises:
        WeightsError: if ``config.json`` states something that is no projection.
    """
    stated = stated_projection(config)
    if stated is None or (stated.get("layer"), stated.get("pooling")) != (None, pooling):
        return None
    return Projection(folder / PROJECTION_FILE, stated["dimension"])


def readable_tokens(config: dict[str, Any], stated: int) -> int | None:
    """The most tokens that the model reads, ``None`` if any number of them.

    Args:
        config: what its ``config.json`` says.
        stated: what its tokenizer says.
    """
    limits = [stated] if 0 < stated < _NO_LIMIT else []
    positions = config.get("max_position_embeddings")
    if isinstance(positions, int) and positions > 0:
        has_offset = config.get("model_type") in _OFFSET_POSITIONS
        limits.append(positions - (config.get("pad_token_id", 1) + 1 if has_offset else 0))
    return min(limits, default=None)


# Any: the library's tokenizers have no type of their own to offer before it is imported.
def fast_tokenizer(folder: Path, named: str) -> Any:
    """The tokenizer beside a model's weights, as transformers makes it.

    Raises:
        WeightsError: if there is none, or it has not the form of a ``tokenizer.json``.
    """
    made = load_processor("AutoTokenizer", folder)
    if not made.is_fast:
        raise WeightsError(
            f"the tokenizer of {named!r} is written in Python; towhee runs those that have the "
            "form of a tokenizer.json"
        )
    return made
