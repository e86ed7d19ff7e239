"""``text_embedding.transformers``: any encoder of transformers that reads texts."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from towhee.errors import UsageError
from towhee.models.known_model import KnownModel
from towhee.models.model_source import model_source
from towhee.models.run_conditions import RunConditions
from towhee.models.text.pooling import POOLER, POOLINGS
from towhee.operators.text_embedding.text import as_text
from towhee.operators.text_embedding.token_operator import TokenOperator

if TYPE_CHECKING:
    from towhee.models.text.encoder_network import EncoderNetwork

_KNOWN: Mapping[str, KnownModel] = {
    "google-bert/bert-base-uncased": KnownModel(dimension=768, license="apache-2.0", megabytes=440),
    "FacebookAI/roberta-base": KnownModel(dimension=768, license="mit", megabytes=499),
    "FacebookAI/xlm-roberta-base": KnownModel(dimension=768, license="mit", megabytes=1120),
    "distilbert/distilbert-base-uncased": KnownModel(
        dimension=768, license="apache-2.0", megabytes=268
    ),
    "answerdotai/ModernBERT-base": KnownModel(dimension=768, license="apache-2.0", megabytes=599),
    "intfloat/e5-small-v2": KnownModel(dimension=384, license="mit", megabytes=133),
    "BAAI/bge-small-en-v1.5": KnownModel(dimension=384, license="mit", megabytes=133),
}


class TransformersTextEmbedding(TokenOperator["EncoderNetwork"]):
    """Embed texts with any encoder of transformers.

    What is longer than the model reads is cut. The encoder of a model that has a decoder too (T5,
    BART) is taken alone. A model that was never trained for it (BERT, RoBERTa) gives vectors of
    which the nearest are not the most alike in meaning: for search take one that was, or
    ``text_embedding.sentence_transformers``.

    Args:
        model_name: any repository of the Hub that ``AutoModel`` loads, ``"owner/name"``, or
            ``"owner/name@commit"``; its weights have to be safetensors.
        pooling: what becomes of the tokens' vectors: ``"mean"``, ``"cls"``, ``"max"``,
            ``"lasttoken"`` (of decoders), ``"weightedmean"``, ``"mean_sqrt_len_tokens"``, or
            ``"pooler"`` for the layer that some models bring with them.
        prompt: what is put in front of every text, as models want that know queries from
            documents: ``"query: "``.
        max_tokens: beyond which a text is cut; ``None`` for what the model reads.
        normalize: whether vectors have unit length, so that the inner product is the cosine.
        device, backend, precision, fidelity: how it runs, as for
            ``text_embedding.sentence_transformers``.
        calibration: texts of your own kind, on which vectors are compared and int8 is calibrated;
            the sample sentences if not given.
        checkpoint: a folder as ``save_pretrained`` writes it, with the tokenizer, in place of
            ``model_name``.
        trust_pickle: load weights in the folder that can run code.

    Raises:
        UsageError: for arguments that cannot be, and a device that is not there.
        WeightsError: if files are absent, damaged, pickled, or of a kind that is not supported.

    Example:
        >>> embed = TransformersTextEmbedding("intfloat/e5-small-v2", prompt="query: ")
        >>> embed("where do towhees nest?").shape  # doctest: +SKIP
        (384,)

    Source: https://huggingface.co/docs/transformers/model_doc/auto
    """

    extra = "text"
    models = _KNOWN
    samples: Sequence[str] | None = None
    """Texts of the kind that the models read, where they are no sentences."""

    def __init__(
        self,
        model_name: str = "google-bert/bert-base-uncased",
        *,
        pooling: str = "mean",
        prompt: str = "",
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
        if pooling not in (*POOLINGS, POOLER):
            raise UsageError(f"pooling is one of {', '.join(POOLINGS)}, {POOLER}, not {pooling!r}")
        if max_tokens is not None and (type(max_tokens) is not int or max_tokens < 1):
            raise UsageError(f"max_tokens is at least 1 and a whole number, not {max_tokens!r}")
        self.source = model_source(
            model_name, known=self.models, checkpoint=checkpoint, trust_pickle=trust_pickle
        )
        self._reading = (pooling, as_text(prompt), max_tokens)
        self._calibration = tuple(map(as_text, calibration))
        super().__init__(
            self.source.name,
            RunConditions(device, backend, precision, fidelity),
            normalize=normalize,
            has_calibration=bool(self._calibration),
        )

    @property
    def dimension(self) -> int:
        """The length of the vectors; a listed model's is known, others say it in their files."""
        if self.source.known.dimension is not None:
            return self.source.known.dimension
        from towhee.models.text.encoder_files import encoder_projection, read_config, width

        folder = self.source.folder()
        config = read_config(folder)
        projection = encoder_projection(folder, config, self._reading[0])
        return width(config, self.source.name) if projection is None else projection.dimension

    def network(self) -> EncoderNetwork:
        """The model, read from its folder, the cache or the Hub."""
        from towhee.models.text.encoder_network import EncoderNetwork, Reading

        return EncoderNetwork(
            self.source, Reading(*self._reading), texts=self._calibration, samples=self.samples
        )
