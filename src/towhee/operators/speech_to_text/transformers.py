"""``speech_to_text.transformers``: Whisper, and models of letters for moments (CTC)."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from towhee.models.known_model import KnownModel
from towhee.models.transformers.decoding import Decoding
from towhee.operators.audio_embedding.sound import as_sound
from towhee.operators.task_operator import TaskOperator

if TYPE_CHECKING:
    from towhee.models.transformers.speech_recogniser import SpeechRecogniser
    from towhee.models.transformers.task_folder import TaskFolder


class TransformersSpeechToText(TaskOperator[Any, str, "SpeechRecogniser"]):
    """Write down what is said, with Whisper, or with wav2vec 2.0 and others that use CTC.

    Channels are averaged, and the sound is brought to the rate of the model. Whisper goes through
    sounds of any length, 30 seconds at a time; CTC models take one whole, so cut long ones.

    Args:
        model_name: one that is listed, or any repository of the Hub, ``"owner/name"``.
        language: what is spoken, ``"en"`` or ``"english"``, for models that know several; ``None``
            to let the model find out.
        translate: write in English whatever is spoken, which Whisper can.
        max_new_tokens: the most tokens that are written, for each 30 seconds; ``None`` for the
            model's own limit.
        num_beams: how many texts are followed side by side, of which the likeliest is given;
            ``None`` for as many as the model's own configuration says.
        device: ``"auto"`` for a CUDA GPU if there is one and the CPU otherwise, or ``"cpu"``,
            ``"cuda"``, ``"cuda:1"``, ``"mps"``.
        batch_size: how many sounds the model gets at once; ``None`` to find it by measuring.
            For CTC models those of different length are computed one after the other.
        checkpoint: a folder as transformers saves it, in place of ``model_name``.
        trust_pickle: load weights that can run code.

    Returns:
        For each sound (an ``AudioFrame``, a list of them, or ``(array, sample_rate)``) a text;
        the same each time.

    Raises:
        UsageError: for arguments that cannot be, a language that the model does not know, and a
            device that is not there.
        WeightsError: if files are absent, damaged, pickled, or of a model for something else.
        DataError: for what is no sound.

    Example:
        >>> write_down = TransformersSpeechToText()  # doctest: +SKIP
        >>> write_down(audio)  # doctest: +SKIP
        'Mr. Quilter is the apostle of the middle classes.'

    Source: https://huggingface.co/docs/transformers/tasks/asr
    """

    task = "speech recognition"
    extra = "audio-models"
    models = {
        "openai/whisper-base": KnownModel(license="apache-2.0", megabytes=290),
        "openai/whisper-tiny": KnownModel(license="apache-2.0", megabytes=151),
        "openai/whisper-small": KnownModel(license="apache-2.0", megabytes=967),
        "facebook/wav2vec2-base-960h": KnownModel(license="apache-2.0", megabytes=378),
    }

    def __init__(
        self,
        model_name: str = "openai/whisper-base",
        *,
        language: str | None = None,
        translate: bool = False,
        max_new_tokens: int | None = None,
        num_beams: int | None = None,
        device: str = "auto",
        batch_size: int | None = None,
        checkpoint: str | os.PathLike[str] | None = None,
        trust_pickle: bool = False,
    ) -> None:
        super().__init__(
            model_name,
            checkpoint=checkpoint,
            trust_pickle=trust_pickle,
            device=device,
            batch_size=batch_size,
        )
        self._language, self._translate = language, translate
        self._decoding = Decoding(max_new_tokens, num_beams)

    def loaded(self, folder: TaskFolder) -> SpeechRecogniser:
        """The model, read from its folder."""
        from towhee.models.transformers.speech_recogniser import SpeechRecogniser

        return SpeechRecogniser(folder, self._language, self._translate, self._decoding)

    def prepare(self, value: Any) -> Any:
        """What the model takes for the sound."""
        return self.running.prepared(as_sound(value, self.running.sample_rate))
