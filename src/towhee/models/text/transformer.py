"""Transformers with the weights of a sentence model, pooled."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from towhee.models.text.layout import SentenceLayout
from towhee.models.text.pooling import POOLINGS
from towhee.models.transformers.importing import import_transformers
from towhee.models.transformers.loading import load_pretrained

if TYPE_CHECKING:
    import torch

_SAFE = ".safetensors"


def sentence_module(weights: Path, layout: SentenceLayout) -> torch.nn.Module:
    """The model as a module that gives ``(n, d)`` for token ids and mask ``(n, length) int64``.

    Args:
        weights: the file, beside the ``config.json`` of its transformer.
        layout: what comes behind the transformer.

    Raises:
        MissingExtraError: if torch or transformers is not installed.
        WeightsError: if the weights are damaged, incomplete, or of another model.
    """
    import_transformers()
    import torch

    transformer = load_pretrained(
        "AutoModel",
        weights.parent,
        named=str(weights),
        trust_pickle=weights.suffix != _SAFE,
        may_lack=("pooler.",),
    )
    pools = [POOLINGS[name] for name in layout.poolings]

    class SentenceModule(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.transformer = transformer

        def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
            tokens = self.transformer(input_ids=ids, attention_mask=mask).last_hidden_state
            present = mask.unsqueeze(-1).to(tokens.dtype)
            vectors = torch.cat([pool(tokens, present) for pool in pools], dim=-1)
            if layout.has_unit_length:
                vectors = torch.nn.functional.normalize(vectors, p=2, dim=-1)
            return vectors

    return SentenceModule().eval()
