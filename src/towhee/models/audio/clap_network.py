"""The two towers of a CLAP model of transformers, as every backend can be made from them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from towhee.errors import WeightsError
from towhee.models.audio.sound_network import SoundNetwork
from towhee.models.audio.spectrum import Samples
from towhee.models.model_source import ModelSource
from towhee.models.text.sample_sentences import sample_sentences
from towhee.models.text.token_network import TokenNetwork
from towhee.models.text.tokens import Tokenizer
from towhee.models.transformers.config import load_config
from towhee.models.transformers.folder_digest import folder_digest
from towhee.models.transformers.loading import load_pretrained, load_processor

if TYPE_CHECKING:
    import torch

_TOKENIZER_FILE = "tokenizer.json"
_FIRST_POSITION = 2  # RoBERTa numbers positions from behind that of its padding


class ClapAudioNetwork(SoundNetwork):
    """Vectors ``(n, d)`` for spectrograms ``(n, 1 or 4, frames, bands) float32``.

    Windows are never longer than the model hears, so none is fused of several, and no part of a
    sound is chosen by chance.
    """

    @cached_property
    # Any: transformers is imported when it is used, and so are its types.
    def _extractor(self) -> Any:
        return load_processor("ClapFeatureExtractor", self.folder)

    @property
    def sample_rate(self) -> int:
        """Of the sounds that it takes, in hertz."""
        return int(self._extractor.sampling_rate)

    @property
    def window(self) -> int:
        """The samples of 10 seconds."""
        return int(self._extractor.nb_max_samples)

    def features(self, samples: Samples) -> npt.NDArray[np.float32]:
        """The spectrogram, by the model's own extractor, which repeats what is short."""
        made = self._extractor(samples, sampling_rate=self.sample_rate, return_tensors="np")
        spectrogram: npt.NDArray[np.float32] = made["input_features"][0].astype(np.float32)
        return spectrogram

    def onnx(self) -> bytes:
        """The same in ONNX form.

        Raises:
            WeightsError: also for a model that fuses windows, which has no fixed graph.
        """
        if load_config(self.folder).audio_config.enable_fusion:
            raise WeightsError(f'{self.name} cannot be exported as ONNX: use backend="torch"')
        return super().onnx()

    # Any: as above.
    def whole_model(self, module: Any) -> Any:
        """Both towers, that of texts as it was."""
        clap = self.pretrained("ClapModel")
        clap.audio_model.load_state_dict(module.model.state_dict())
        clap.audio_projection.load_state_dict(module.projection.state_dict())
        return clap

    def read_module(self) -> torch.nn.Module:
        """The audio tower with its projection."""
        return _audio_tower(self.pretrained("ClapModel"))


class ClapTextNetwork(TokenNetwork):
    """Vectors ``(n, d)`` for texts, in the space of the sounds.

    Args:
        source: which model; its files may be downloaded.
        texts: on which backends are compared; the sample sentences if there are none.

    Raises:
        WeightsError: if the folder has no fast tokenizer.
    """

    def __init__(self, source: ModelSource, *, texts: Sequence[str] = ()) -> None:
        self._source = source
        self._folder = folder = source.folder()
        tokenizer_file = folder / _TOKENIZER_FILE
        if not tokenizer_file.is_file():
            raise WeightsError(
                f"{str(folder)!r} has no {_TOKENIZER_FILE}, without which it takes no texts"
            )
        config = load_config(folder).text_config
        tokenizer = Tokenizer(
            tokenizer_file.read_bytes(),
            named=str(tokenizer_file),
            max_tokens=config.max_position_embeddings - _FIRST_POSITION,
        )
        super().__init__(
            source.name,
            tokenizer,
            padding=config.pad_token_id,
            texts=texts,
            samples=sample_sentences(),
        )

    @cached_property
    def key(self) -> str:
        """What the vectors depend on, as one digest."""
        packages = ("torch", "transformers", "tokenizers")
        return folder_digest(self._folder, type(self).__name__, packages=packages, extra="text")

    def read_module(self) -> torch.nn.Module:
        """The text tower with its projection."""
        trusted = self._source.trust_pickle
        return _text_tower(
            load_pretrained("ClapModel", self._folder, named=self.name, trust_pickle=trusted)
        )

    def unloaded(self) -> ClapTextNetwork:
        """The same model with nothing of it in memory."""
        return ClapTextNetwork(self._source, texts=self._texts)


# Any: transformers is imported when it is used, and so are its types.
def _audio_tower(clap: Any) -> torch.nn.Module:
    import torch

    class AudioTower(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model, self.projection = clap.audio_model, clap.audio_projection

        def forward(self, features: torch.Tensor) -> torch.Tensor:
            is_longer = torch.zeros((features.shape[0], 1), dtype=torch.bool)
            pooled = self.model(input_features=features, is_longer=is_longer).pooler_output
            return torch.nn.functional.normalize(self.projection(pooled), dim=-1)

    return AudioTower().eval()


def _text_tower(clap: Any) -> torch.nn.Module:
    import torch

    class TextTower(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model, self.projection = clap.text_model, clap.text_projection

        def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
            told = self.model(input_ids=input_ids, attention_mask=attention_mask)
            return torch.nn.functional.normalize(self.projection(told.pooler_output), dim=-1)

    return TextTower().eval()
