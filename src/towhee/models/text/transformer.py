"""Transformers that read texts, with what comes behind them, as one module."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from towhee.errors import WeightsError
from towhee.models.text.behind import dense_module, unit_length_module
from towhee.models.text.encoder_files import read_config
from towhee.models.text.layout import SentenceLayout
from towhee.models.text.pooling import POOLER, POOLINGS
from towhee.models.transformers.importing import import_transformers
from towhee.models.transformers.loading import load_pretrained

if TYPE_CHECKING:
    import torch

_SAFE = ".safetensors"
_POOLERS_WEIGHTS = "pooler."
_WITHOUT_AUTO = ("DPRContextEncoder", "DPRQuestionEncoder")  # AutoModel takes one for the other


def sentence_module(
    weights: Path, layout: SentenceLayout, dense: Sequence[Path] = ()
) -> torch.nn.Module:
    """A sentence model: it gives ``(n, d)`` for token ids and mask ``(n, length) int64``.

    Args:
        weights: the file, beside the ``config.json`` of its transformer.
        layout: what comes behind the transformer.
        dense: the files of the linear layers behind the pooling, in their order.

    Raises:
        MissingExtraError: if torch or transformers is not installed.
        WeightsError: if the weights are damaged, incomplete, or of another model.
    """
    transformer = load_pretrained(
        "AutoModel",
        weights.parent,
        named=str(weights),
        trust_pickle=weights.suffix != _SAFE,
        may_lack=(_POOLERS_WEIGHTS,),
    )
    files = iter(dense)
    steps = [
        unit_length_module() if step.dense is None else dense_module(next(files), step)
        for step in layout.behind
    ]
    return pooled(transformer, layout.poolings, steps)


def encoder_module(
    folder: Path,
    pooling: str,
    *,
    named: str,
    trust_pickle: bool = False,
    behind: Sequence[torch.nn.Module] = (),
) -> torch.nn.Module:
    """The encoder in a folder of transformers, pooled, as a module of the same kind.

    Of a model that has a decoder too, the encoder is taken.

    Args:
        folder: as ``save_pretrained`` writes it.
        pooling: one of ``POOLINGS``, or ``POOLER`` for the model's own.
        named: what messages call the weights.
        trust_pickle: take weights that can run code when they are loaded.
        behind: modules of the pooled vectors.

    Raises:
        MissingExtraError: if torch or transformers is not installed.
        WeightsError: if the weights are damaged, incomplete, of another model, or the model has no
            pooler where one is asked for.
    """
    (architecture, *_) = read_config(folder).get("architectures") or [""]
    model = load_pretrained(
        architecture if architecture in _WITHOUT_AUTO else "AutoModel",
        folder,
        named=named,
        trust_pickle=trust_pickle,
        may_lack=() if pooling == POOLER else (_POOLERS_WEIGHTS,),
    )
    if model.config.is_encoder_decoder:
        model = model.get_encoder()
    has_own_pooler = architecture in _WITHOUT_AUTO or getattr(model, "pooler", None) is not None
    if pooling == POOLER and not has_own_pooler:
        raise WeightsError(
            f"{named!r} has no pooler of its own: pooling is one of {', '.join(POOLINGS)}"
        )
    if pooling != POOLER and architecture in _WITHOUT_AUTO:
        raise WeightsError(f'{named!r} gives texts no vectors of their tokens: pooling="{POOLER}"')
    return pooled(model, (pooling,), behind)


def pooled(
    transformer: torch.nn.Module,
    poolings: Sequence[str],
    behind: Sequence[torch.nn.Module] = (),
) -> torch.nn.Module:
    """A transformer and poolings over its tokens, one behind the other, as one module.

    Args:
        transformer: of transformers.
        poolings: side by side.
        behind: modules of the pooled vectors, one after the other.
    """
    import_transformers()
    import torch

    pools = [POOLINGS[name] for name in poolings if name != POOLER]

    class Pooled(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.transformer = transformer
            self.steps = torch.nn.ModuleList(behind)

        def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
            output = self.transformer(input_ids=ids, attention_mask=mask)
            vectors: torch.Tensor
            if pools:
                tokens = output.last_hidden_state
                present = mask.unsqueeze(-1).to(tokens.dtype)
                vectors = torch.cat([pool(tokens, present) for pool in pools], dim=-1)
            else:
                vectors = output.pooler_output
            for step in self.steps:
                vectors = step(vectors)
            return vectors

    return Pooled().eval()
