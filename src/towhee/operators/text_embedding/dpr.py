"""``text_embedding.dpr``: Dense Passage Retrieval, an encoder for passages, one for questions."""

from __future__ import annotations

import os
from collections.abc import Sequence

from towhee.models.known_model import KnownModel
from towhee.models.text.pooling import POOLER
from towhee.operators.text_embedding.transformers import TransformersTextEmbedding


class DprTextEmbedding(TransformersTextEmbedding):
    """Embed passages and questions so that a question is near the passages that answer it.

    Passages and questions have an encoder each, trained together: embed with the one for what the
    text is. They were trained for the inner product of vectors as they are, which
    ``normalize=False`` gives. The published weights are pickles, which are never taken from the
    Hub: save them as safetensors, or pass ``checkpoint`` and ``trust_pickle=True``.

    Args:
        model_name: of passages, ``"facebook/dpr-ctx_encoder-single-nq-base"``, or of questions,
            ``"facebook/dpr-question_encoder-single-nq-base"``; the ``multiset`` ones too.
        max_tokens, normalize, device, backend, precision, fidelity, calibration, checkpoint,
            trust_pickle: as for ``text_embedding.transformers``.

    Raises:
        UsageError: for arguments that cannot be, and a device that is not there.
        WeightsError: if files are absent, damaged, pickled, or of another kind of model.

    Example:
        >>> passage = DprTextEmbedding(checkpoint="dpr-ctx")  # doctest: +SKIP
        >>> question = DprTextEmbedding(checkpoint="dpr-question")  # doctest: +SKIP
        >>> passage("Towhees eat seeds.") @ question("What do towhees eat?")  # doctest: +SKIP
        0.71

    Source: Karpukhin and others, "Dense Passage Retrieval for Open-Domain Question Answering",
    https://arxiv.org/abs/2004.04906
    """

    models = {
        f"facebook/dpr-{kind}_encoder-{data}-base": KnownModel(
            dimension=768, license="cc-by-nc-4.0", megabytes=438
        )
        for data in ("single-nq", "multiset")
        for kind in ("ctx", "question")
    }

    def __init__(
        self,
        model_name: str = "facebook/dpr-ctx_encoder-single-nq-base",
        *,
        max_tokens: int | None = None,
        normalize: bool = True,
        device: str = "auto",
        backend: str = "auto",
        precision: str = "auto",
        fidelity: float = 0.9999,
        calibration: Sequence[str] = (),
        checkpoint: str | os.PathLike[str] | None = None,
        trust_pickle: bool = False,
    ) -> None:
        super().__init__(
            model_name,
            pooling=POOLER,
            max_tokens=max_tokens,
            normalize=normalize,
            device=device,
            backend=backend,
            precision=precision,
            fidelity=fidelity,
            calibration=calibration,
            checkpoint=checkpoint,
            trust_pickle=trust_pickle,
        )
