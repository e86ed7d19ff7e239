"""An encoder of transformers that reads texts, as every backend can be made from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from towhee.models.checkpoint import CONFIG_FILE
from towhee.models.file_digest import file_sha256_once
from towhee.models.model_source import ModelSource
from towhee.models.text.encoder_files import (
    encoder_projection,
    fast_tokenizer,
    read_config,
    readable_tokens,
)
from towhee.models.text.network_key import network_key
from towhee.models.text.token_network import TokenNetwork
from towhee.models.text.tokens import Tokenizer
from towhee.models.text.transformer import encoder_module

if TYPE_CHECKING:
    import torch

_WEIGHTS = ("*.safetensors", "*.bin")


@dataclass(frozen=True, slots=True)
class Reading:
    """How texts become vectors.

    Attributes:
        pooling: over the tokens' vectors.
        prompt: what is put in front of every text.
        max_tokens: beyond which a text is cut; ``None`` for what the model reads.
    """

    pooling: str = "mean"
    prompt: str = ""
    max_tokens: int | None = None


class EncoderNetwork(TokenNetwork):
    """An encoder of transformers, pooled.

    Args:
        source: which model.
        reading: how texts become vectors.
        texts: on which backends are compared; the samples if there are none.
        samples: texts of the kind that the model is for; the sample sentences if not given.

    Attributes:
        folder: with its files.
        reading: as given.
        projection: that was learned for its vectors, ``None`` for none.

    Raises:
        WeightsError: for files that are missing, damaged, or not to be had.
    """

    def __init__(
        self,
        source: ModelSource,
        reading: Reading,
        *,
        texts: Sequence[str] = (),
        samples: Sequence[str] | None = None,
    ) -> None:
        self._source, self.reading = source, reading
        self._given_texts, self._given_samples = texts, samples
        self.folder = source.folder()
        config = read_config(self.folder)
        self.projection = encoder_projection(self.folder, config, reading.pooling)
        made = fast_tokenizer(self.folder, source.name)
        self._tokenizer_content: bytes = made.backend_tokenizer.to_str().encode()
        tokenizer = Tokenizer(
            self._tokenizer_content,
            named=source.name,
            prompt=reading.prompt,
            max_tokens=reading.max_tokens or readable_tokens(config, made.model_max_length),
            cuts_left=made.truncation_side == "left",
        )
        padding = made.pad_token_id if made.pad_token_id is not None else 0
        super().__init__(source.name, tokenizer, padding=padding, texts=texts, samples=samples)

    def unloaded(self) -> EncoderNetwork:
        """The same model with nothing of it in memory."""
        return EncoderNetwork(
            self._source, self.reading, texts=self._given_texts, samples=self._given_samples
        )

    @cached_property
    def key(self) -> str:
        """What the vectors depend on, as one digest."""
        weights = sorted(file for kind in _WEIGHTS for file in self.folder.glob(kind))
        digests = [file_sha256_once(file) for file in (*weights, self.folder / CONFIG_FILE)]
        how = self.reading
        parts = [*digests, self._tokenizer_content.decode(), how.pooling, how.prompt]
        return network_key([*parts, how.max_tokens])

    def read_module(self) -> torch.nn.Module:
        """The encoder, and the pooling and projection behind it."""
        return encoder_module(
            self.folder,
            self.reading.pooling,
            named=self.name,
            trust_pickle=self._source.trust_pickle,
            behind=[] if self.projection is None else [self.projection.linear()],
        )
