"""Models of transformers that go on writing a text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from towhee.errors import DataError
from towhee.models.transformers.decoding import Decoding
from towhee.models.transformers.importing import quiet_transformers
from towhee.models.transformers.task_folder import TaskFolder
from towhee.models.transformers.text_tokens import TextTokens, Tokens

Chat = Sequence[Mapping[str, str]]


class TextGenerator:
    """A causal language model with its tokenizer.

    Args:
        folder: of the model.
        decoding: how it writes.
    """

    def __init__(self, folder: TaskFolder, decoding: Decoding) -> None:
        tokenizer = folder.processor("AutoTokenizer")
        self._model = folder.model("ForCausalLM", "LMHeadModel")
        self._options = decoding.options(self._model)
        config: Any = self._model.config.get_text_config()
        limit = getattr(config, "max_position_embeddings", None)
        written = self._options.get("max_new_tokens", 0)
        self._tokens = TextTokens(tokenizer, limit and limit - written)
        self._fill = _fill_of(self._model.generation_config)
        self._named, self._device, self._decoding = folder.named, folder.device, decoding

    def prepared(self, prompt: str | Chat) -> Tokens:
        """The numbers of the tokens of a text, or of a conversation in the model's own form.

        Raises:
            DataError: for one that is longer than the model reads, an empty one, and for a
                conversation where the model knows only texts.
        """
        if isinstance(prompt, str):
            tokens = self._tokens.ids(prompt)
        elif self._tokens.tokenizer.chat_template is None:
            raise DataError(f"{self._named!r} knows no conversations: give it a text")
        else:
            written = self._tokens.tokenizer.apply_chat_template(
                list(map(dict, prompt)), tokenize=False, add_generation_prompt=True
            )
            tokens = self._tokens.ids(written, add_special_tokens=False)
        if len(tokens):
            return tokens
        start = self._model.generation_config.bos_token_id
        if start is None:
            raise DataError(f"{self._named!r} has to be given at least one word to begin with")
        return np.asarray([start], np.int64)

    def results(self, rows: Sequence[Tokens]) -> list[str]:
        """What the model writes behind each of the texts, without the texts."""
        if self._decoding.draws:  # each on its own, or its neighbours would change what is drawn
            return [text for row in rows for text in self._written([row])]
        return self._written(rows)

    def _written(self, rows: Sequence[Tokens]) -> list[str]:
        import torch

        batch = self._tokens.padded(rows, fill=self._fill, at_left=True)
        start = batch["input_ids"].shape[1]
        chance = self._decoding.chance(self._device)
        with torch.inference_mode(), quiet_transformers(), chance:
            written = self._model.generate(
                **{name: part.to(self._device) for name, part in batch.items()},
                pad_token_id=self._fill,
                **self._options,
            )
        return self._tokens.texts(written[:, start:])


def _fill_of(config: Any) -> int:
    """The token that fills up a batch; the model never looks at it."""
    ends = config.eos_token_id
    fill = config.pad_token_id if config.pad_token_id is not None else ends
    return int(fill[0] if isinstance(fill, list) else fill or 0)
