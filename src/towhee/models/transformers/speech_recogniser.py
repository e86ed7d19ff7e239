"""Models of transformers that write down what is said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from towhee.errors import UnknownNameError, UsageError
from towhee.models.transformers.decoding import Decoding
from towhee.models.transformers.equal_shapes import in_equal_shapes
from towhee.models.transformers.importing import import_transformers, quiet_transformers
from towhee.models.transformers.task_folder import TaskFolder
from towhee.models.transformers.text_tokens import TextTokens

if TYPE_CHECKING:
    import torch

_CTC = "ForCTC"
_WHISPER = "WhisperForConditionalGeneration"
_ENDINGS = (_CTC, _WHISPER)


class SpeechRecogniser:
    """A model for speech with what makes its inputs of samples, and texts of its outputs.

    Args:
        folder: of the model.
        language: what is spoken, for models that know several; ``None`` to let them find out.
        translate: write in English whatever is spoken, which Whisper can.
        decoding: how it writes, unless it gives a letter for each moment (CTC).

    Attributes:
        sample_rate: of the samples that it takes.

    Raises:
        UsageError: for a language or a translation that the model knows nothing of.
    """

    def __init__(
        self,
        folder: TaskFolder,
        language: str | None,
        translate: bool,
        decoding: Decoding,
    ) -> None:
        self._extractor = folder.processor("AutoFeatureExtractor")
        self._tokens = TextTokens(folder.processor("AutoTokenizer"), None)
        self._model = folder.model(*_ENDINGS)
        self._device = folder.device
        self._is_ctc = folder.architecture.endswith(_CTC)
        self._is_whisper = folder.architecture == _WHISPER
        self.sample_rate = int(self._extractor.sampling_rate)
        self._options = self._spoken(folder, language, translate)
        if not self._is_ctc:
            self._options |= decoding.options(self._model)

    def prepared(self, samples: npt.NDArray[np.float32]) -> dict[str, torch.Tensor]:
        """What the model takes for one channel of samples ``(n,) float32`` at ``sample_rate``."""
        import torch

        options: dict[str, Any] = {}
        if self._is_whisper and len(samples) > self._extractor.n_samples:
            options = {"truncation": False, "padding": "longest"}  # it goes through it in parts
        made: Mapping[str, Any] = self._extractor(
            samples,
            sampling_rate=self.sample_rate,
            return_attention_mask=True,
            return_tensors="pt",
            **options,
        )
        return {name: part[0] for name, part in made.items() if isinstance(part, torch.Tensor)}

    def results(self, rows: Sequence[Mapping[str, torch.Tensor]]) -> list[str]:
        """What is said in each of the sounds."""
        return in_equal_shapes(rows, self._texts)

    def _texts(self, batch: dict[str, torch.Tensor], places: Sequence[int]) -> list[str]:
        import torch

        given = {name: part.to(self._device) for name, part in batch.items()}
        with torch.inference_mode(), quiet_transformers():
            if self._is_ctc:
                letters = self._model(**given).logits.argmax(dim=-1)
                texts = self._tokens.texts(letters, skip_special_tokens=False)
            else:
                texts = self._tokens.texts(self._model.generate(**given, **self._options))
        return [text.strip() for text in texts]

    def _spoken(self, folder: TaskFolder, language: str | None, translate: bool) -> dict[str, Any]:
        """What generating is told of the language."""
        if language is None and not translate:
            return {}
        config: Any = getattr(self._model, "generation_config", None)
        known = getattr(config, "lang_to_id", None) if self._is_whisper else None
        if not known:
            raise UsageError(
                f"{folder.named!r} knows one language only: leave out language and translate"
            )
        options: dict[str, Any] = {"task": "translate"} if translate else {}
        if language is not None:
            codes = [token.strip("<|>") for token in known]
            whisper = import_transformers().models.whisper.tokenization_whisper
            names: dict[str, str] = whisper.TO_LANGUAGE_CODE
            spoken = [*codes, *(name for name, code in names.items() if code in codes)]
            if language.lower() not in spoken:
                raise UnknownNameError(f"language of {folder.named!r}", language, spoken)
            options["language"] = language
        return options
