"""Which kind of model is behind an operator."""

from __future__ import annotations

import importlib

from towhee.errors import UsageError
from towhee.operators.base import OperatorRef
from towhee.trainer.trainable import Trainable

_KINDS = {
    "image_embedding.timm:TimmImageEmbedding": "image_model:ImageModel",
    "audio_embedding.mfcc:MfccAudioEmbedding": "cepstral_model:CepstralModel",
    "audio_embedding.ast:AstAudioEmbedding": "sound_model:SoundModel",
    "audio_embedding.clap:ClapAudioEmbedding": "sound_model:SoundModel",
    "audio_embedding.wav2vec2:Wav2Vec2AudioEmbedding": "sound_model:SoundModel",
    "audio_embedding.data2vec:Data2VecAudioEmbedding": "sound_model:SoundModel",
    "audio_embedding.vggish:VggishAudioEmbedding": "sound_model:SoundModel",
    "text_embedding.sentence_transformers:SentenceTransformersTextEmbedding": (
        "text_model:TextModel"
    ),
    "text_embedding.transformers:TransformersTextEmbedding": "text_model:TextModel",
}
"""The class of an operator, in ``towhee.operators``, and that of its model, in this folder.

Adding a kind: a class here that has ``Trainable``'s methods and a class method ``of(ref)``, and a
line for each class of operators whose models are of that kind.
"""


def is_trainable(ref: OperatorRef) -> bool:
    """Whether an operator can be trained; its weights are not looked for."""
    return _kind(ref) is not None


def model_of(ref: OperatorRef) -> Trainable:
    """The model of an operator, as training takes it.

    Raises:
        UsageError: for an operator that cannot be trained.
    """
    kind = _kind(ref)
    if kind is None:
        names = ", ".join(trainable_names())
        raise UsageError(f"{ref.name} cannot be trained on samples with labels; {names} can")
    name, _, attribute = kind.partition(":")
    found = getattr(importlib.import_module(f"towhee.trainer.models.{name}"), attribute)
    model: Trainable = found.of(ref)
    return model


def _kind(ref: OperatorRef) -> str | None:
    for base in getattr(ref.resolve(), "__mro__", ()):
        module = str(base.__module__).removeprefix("towhee.operators.")
        if f"{module}:{base.__qualname__}" in _KINDS:
            return _KINDS[f"{module}:{base.__qualname__}"]
    return None


def trainable_names() -> list[str]:
    """The names of the operators that can be trained on labels."""
    return [kind.partition(":")[0] for kind in _KINDS]
