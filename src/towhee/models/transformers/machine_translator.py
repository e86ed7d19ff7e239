"""Models of transformers that translate."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from towhee.models.transformers.decoding import Decoding
from towhee.models.transformers.importing import quiet_transformers
from towhee.models.transformers.task_folder import TaskFolder
from towhee.models.transformers.text_tokens import TextTokens, Tokens
from towhee.models.transformers.translation_languages import language_choice

_ENDINGS = ("ForConditionalGeneration", "MTModel")


class MachineTranslator:
    """A translation model with its tokenizer.

    Args:
        folder: of the model.
        source_language: of the texts, where the model knows several.
        target_language: of the translations, where the model knows several.
        decoding: how it writes.

    Raises:
        UsageError: for languages that the model does not know, and where it has to be told them.
    """

    def __init__(
        self,
        folder: TaskFolder,
        source_language: str | None,
        target_language: str | None,
        decoding: Decoding,
    ) -> None:
        tokenizer = folder.processor("AutoTokenizer")
        self._model = folder.model(*_ENDINGS)
        self._choice = language_choice(tokenizer, folder, source_language, target_language)
        self._options = {**decoding.options(self._model), **self._choice.options}
        config: Any = self._model.config
        self._tokens = TextTokens(tokenizer, getattr(config, "max_position_embeddings", None))
        self._device = folder.device
        self._fill = config.pad_token_id

    def prepared(self, text: str) -> Tokens:
        """The numbers of the text's tokens."""
        return self._tokens.ids(self._choice.prefix + text)

    def results(self, rows: Sequence[Tokens]) -> list[str]:
        """The translations."""
        import torch

        batch = self._tokens.padded(rows, fill=self._fill)
        with torch.inference_mode(), quiet_transformers():
            written = self._model.generate(
                **{name: part.to(self._device) for name, part in batch.items()},
                **self._options,
            )
        return self._tokens.texts(written)
