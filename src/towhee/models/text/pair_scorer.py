"""Cross-encoders: a number for two texts that are read together."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from towhee.errors import WeightsError
from towhee.models.backends.torch_eager import TorchBackend
from towhee.models.json_file import read_json
from towhee.models.model_source import ModelSource
from towhee.models.text.broken_text import broken_text
from towhee.models.text.encoder_files import fast_tokenizer, read_config, readable_tokens
from towhee.models.text.prompts import PROMPTS_FILE
from towhee.models.text.tokens import padded, read_tokenizer
from towhee.models.transformers.loading import load_pretrained

if TYPE_CHECKING:
    import torch

_BATCH_SIZE = 32
_ACTIVATIONS = ("Identity", "Sigmoid", "Tanh")
_USUAL_ACTIVATION = "torch.nn.Sigmoid"


class PairScorer:
    """How well the second text of a pair goes with the first, as the model was trained to say.

    It runs on torch: a score is one number, so there is no cosine by which another backend could
    be held to the reference.

    Args:
        source: a model with one label, as sentence-transformers' ``CrossEncoder`` or
            ``AutoModelForSequenceClassification`` saves it.
        device: as torch names it, or ``"auto"``.
        max_tokens: of both texts together, of which the longer is cut; ``None`` for what the
            model reads.

    Raises:
        MissingExtraError: if torch or transformers is not installed.
        WeightsError: if files are missing or damaged, or it is another kind of model.
    """

    def __init__(
        self, source: ModelSource, *, device: str = "auto", max_tokens: int | None = None
    ) -> None:
        folder = source.folder()
        config = read_config(folder)
        model = load_pretrained(
            "AutoModelForSequenceClassification",
            folder,
            named=source.name,
            trust_pickle=source.trust_pickle,
        )
        if model.config.num_labels != 1:
            raise WeightsError(
                f"{source.name!r} tells {model.config.num_labels} classes apart; a model that "
                "ranks texts gives one score"
            )
        made = fast_tokenizer(folder, source.name)
        self._tokenizer = read_tokenizer(made.backend_tokenizer.to_str().encode(), source.name)
        self._tokenizer.no_padding()
        limit = max_tokens or readable_tokens(config, made.model_max_length)
        if limit is not None:
            self._tokenizer.enable_truncation(limit, strategy="longest_first")
        self._padding = made.pad_token_id or 0
        has_types = "token_type_ids" in made.model_input_names
        module = _scoring(model, _activation(folder, config, source.name), has_types=has_types)
        self._backend = TorchBackend(module, device=device)

    def scores(self, pairs: Sequence[tuple[str, str]]) -> npt.NDArray[np.float32]:
        """The score of each pair, ``(n,) float32``; the higher, the better they go together.

        Raises:
            DataError: for a text that is no Unicode.
        """
        try:
            read = self._tokenizer.encode_batch_fast(list(pairs))
        except (UnicodeEncodeError, TypeError) as error:
            raise broken_text() from error
        scores = np.zeros(len(pairs), np.float32)
        # Rows of like length share a batch, as it is as wide as its longest.
        order = sorted(range(len(pairs)), key=lambda place: len(read[place].ids))
        for start in range(0, len(order), _BATCH_SIZE):
            places = order[start : start + _BATCH_SIZE]
            ids, mask = padded([np.array(read[place].ids) for place in places], self._padding)
            types, _ = padded([np.array(read[place].type_ids) for place in places], 0)
            scores[places] = self._backend(ids, mask, types)[:, 0]
        return scores


# Any: the library's models have no type of their own to offer before it is imported.
def _scoring(model: Any, activation: str, *, has_types: bool) -> torch.nn.Module:
    import torch

    class Scoring(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model
            self.activation = getattr(torch.nn, activation)()

        def forward(
            self, ids: torch.Tensor, mask: torch.Tensor, types: torch.Tensor
        ) -> torch.Tensor:
            others = {"token_type_ids": types} if has_types else {}
            logits = self.model(input_ids=ids, attention_mask=mask, **others).logits
            scores: torch.Tensor = self.activation(logits)
            return scores

    return Scoring().eval()


def _activation(folder: Path, config: dict[str, Any], named: str) -> str:
    """The name of the function behind the score, as sentence-transformers settles it."""
    own = folder / PROMPTS_FILE
    about = read_json(own) if own.is_file() else {}
    if about.get("default_prompt_name"):
        raise WeightsError(f"{named!r} puts a prompt in front of its texts, which towhee does not")
    path = (
        about.get("activation_fn")
        or (config.get("sentence_transformers") or {}).get("activation_fn")
        or config.get("sbert_ce_default_activation_function")
        or _USUAL_ACTIVATION
    )
    name = str(path).rpartition(".")[2]
    if name not in _ACTIVATIONS or not str(path).startswith("torch."):
        raise WeightsError(
            f"{named!r} puts {path!r} behind its scores; towhee has {', '.join(_ACTIVATIONS)}"
        )
    return name
