"""``text_embedding.longformer``: texts of up to 4,096 tokens as a whole."""

from __future__ import annotations

import os

from towhee.models.known_model import KnownModel
from towhee.operators.text_embedding.transformers import TransformersTextEmbedding


class LongformerTextEmbedding(TransformersTextEmbedding):
    """Embed long texts as a whole, with attention that looks at a window around each token.

    It runs on torch alone: its windows cannot be exported for texts of any length.

    Args:
        model_name: ``"allenai/longformer-base-4096"`` or ``"allenai/longformer-large-4096"``, or
            any repository of that architecture.
        pooling, prompt, max_tokens, normalize, device, checkpoint, trust_pickle: as for
            ``text_embedding.transformers``.

    Raises:
        UsageError: for arguments that cannot be, and a device that is not there.
        WeightsError: if files are absent, damaged, pickled, or of another kind of model.

    Example:
        >>> embed = LongformerTextEmbedding()  # doctest: +SKIP
        >>> embed("A towhee is a bird. " * 500).shape  # doctest: +SKIP
        (768,)

    Source: Beltagy and others, "Longformer: The Long-Document Transformer",
    https://arxiv.org/abs/2004.05150
    """

    models = {
        "allenai/longformer-base-4096": KnownModel(dimension=768, license="apache-2.0"),
        "allenai/longformer-large-4096": KnownModel(dimension=1024),
    }

    def __init__(
        self,
        model_name: str = "allenai/longformer-base-4096",
        *,
        pooling: str = "mean",
        prompt: str = "",
        max_tokens: int | None = None,
        normalize: bool = True,
        device: str = "auto",
        checkpoint: str | os.PathLike[str] | None = None,
        trust_pickle: bool = False,
    ) -> None:
        super().__init__(
            model_name,
            pooling=pooling,
            prompt=prompt,
            max_tokens=max_tokens,
            normalize=normalize,
            device=device,
            backend="torch",
            checkpoint=checkpoint,
            trust_pickle=trust_pickle,
        )
