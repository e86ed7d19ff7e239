"""``machine_translation.transformers``: translations by T5, Marian, M2M100, NLLB and mBART."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from towhee.models.known_model import KnownModel
from towhee.models.transformers.decoding import Decoding
from towhee.operators.base import Streams
from towhee.operators.task_operator import TaskOperator
from towhee.operators.text_embedding.text import as_text

if TYPE_CHECKING:
    from towhee.models.transformers.machine_translator import MachineTranslator
    from towhee.models.transformers.task_folder import TaskFolder

_OPUS = "opus-mt-"
_OWNER_OF_OPUS = "Helsinki-NLP"
_BATCH_SIZE, _GPU_BATCH_SIZE, _USUAL_LENGTH = 8, 64, 32


class TransformersMachineTranslation(TaskOperator[str, str, "MachineTranslator"]):
    """Translate texts with T5, Marian (OPUS-MT), M2M100, NLLB or mBART.

    A text is translated as one sentence or a short paragraph. One that is longer than the model
    reads is an error, as nothing of it is dropped in silence: divide it first.

    Args:
        model_name: one that is listed, ``"opus-mt-en-de"`` for Marian's model of any two
            languages, or any repository of the Hub, ``"owner/name"``. Some of these are
            published as pickles only, which ``trust_pickle=True`` loads.
        source_language: of the texts, as the model names it (``"en"``, ``"eng_Latn"``); for models
            of more than two languages.
        target_language: of the translations, as the model names it.
        max_new_tokens: the most tokens that a translation has.
        num_beams: how many translations are followed side by side, of which the likeliest is
            given; ``None`` for as many as the model's own configuration says.
        device: ``"auto"`` for a CUDA GPU if there is one and the CPU otherwise, or ``"cpu"``,
            ``"cuda"``, ``"cuda:1"``, ``"mps"``.
        batch_size: how many texts of usual length the model gets at once; ``None`` for 8 on the
            CPU and 64 on a GPU.
        checkpoint: a folder as transformers saves it, in place of ``model_name``.
        trust_pickle: load weights that can run code.

    Returns:
        For each text its translation; the same each time.

    Raises:
        UsageError: for arguments that cannot be, languages that the model does not know or has to
            be told, and a device that is not there.
        WeightsError: if files are absent, damaged, pickled, or of a model for something else.
        DataError: for what is no text, and one that is too long.

    Example:
        >>> translate = TransformersMachineTranslation(target_language="de")  # doctest: +SKIP
        >>> translate("The house is wonderful.")  # doctest: +SKIP
        'Das Haus ist wunderbar.'

    Source: https://huggingface.co/docs/transformers/tasks/translation
    """

    task = "machine translation"
    extra = "translation"
    models = {
        "google-t5/t5-small": KnownModel(license="apache-2.0", megabytes=242),
        "google-t5/t5-base": KnownModel(license="apache-2.0", megabytes=892),
        "Helsinki-NLP/opus-mt-en-zh": KnownModel(license="apache-2.0", megabytes=312),
        "Helsinki-NLP/opus-mt-zh-en": KnownModel(license="cc-by-4.0", megabytes=312),
        "Helsinki-NLP/opus-mt-en-de": KnownModel(license="cc-by-4.0", megabytes=298),
        "facebook/m2m100_418M": KnownModel(license="mit", megabytes=1936),
        "facebook/nllb-200-distilled-600M": KnownModel(license="cc-by-nc-4.0", megabytes=2460),
    }

    def __init__(
        self,
        model_name: str = "google-t5/t5-small",
        *,
        source_language: str | None = None,
        target_language: str | None = None,
        max_new_tokens: int = 256,
        num_beams: int | None = None,
        device: str = "auto",
        batch_size: int | None = None,
        checkpoint: str | os.PathLike[str] | None = None,
        trust_pickle: bool = False,
    ) -> None:
        if isinstance(model_name, str) and model_name.startswith(_OPUS):
            model_name = f"{_OWNER_OF_OPUS}/{model_name}"
        super().__init__(
            model_name,
            checkpoint=checkpoint,
            trust_pickle=trust_pickle,
            device=device,
            batch_size=batch_size,
        )
        self._languages = (source_language, target_language)
        self._decoding = Decoding(max_new_tokens, num_beams)

    def loaded(self, folder: TaskFolder) -> MachineTranslator:
        """The model, read from its folder."""
        from towhee.models.transformers.machine_translator import MachineTranslator

        return MachineTranslator(folder, *self._languages, self._decoding)

    def streams(self) -> Streams:
        """The model for an engine, in batches of texts of like length."""
        how = super().streams()
        return how.by_length(_USUAL_LENGTH, batch_size=_BATCH_SIZE, gpu_batch_size=_GPU_BATCH_SIZE)

    def prepare(self, value: Any) -> npt.NDArray[np.int64]:
        """The numbers of the text's tokens, ``(length,) int64``."""
        return self.running.prepared(as_text(value))
