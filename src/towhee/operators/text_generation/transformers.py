"""``text_generation.transformers``: any causal language model of transformers."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from towhee.errors import DataError
from towhee.models.known_model import KnownModel
from towhee.models.transformers.decoding import Decoding
from towhee.operators.base import Streams, short
from towhee.operators.task_operator import TaskOperator

if TYPE_CHECKING:
    from towhee.models.transformers.task_folder import TaskFolder
    from towhee.models.transformers.text_generator import TextGenerator

Prompt = str | Sequence[Mapping[str, str]]

_BATCH_SIZE, _GPU_BATCH_SIZE, _USUAL_LENGTH = 8, 64, 32


class TransformersTextGeneration(TaskOperator[Prompt, str, "TextGenerator"]):
    """Go on writing texts, or answer in conversations, with any causal model of transformers.

    Args:
        model_name: one that is listed, or any repository of the Hub, ``"owner/name"``.
        max_new_tokens: the most tokens that are written.
        num_beams: how many texts are followed side by side, of which the likeliest is given;
            ``None`` for as many as the model's own configuration says.
        temperature: 0 for the likeliest token each time; above it tokens are drawn, the more
            freely the higher.
        top_p: tokens are drawn from the likeliest that share this part of the probability.
        seed: the same prompt gives the same text with the same seed; ``None`` for another one
            each time, if tokens are drawn.
        device: ``"auto"`` for a CUDA GPU if there is one and the CPU otherwise, or ``"cpu"``,
            ``"cuda"``, ``"cuda:1"``, ``"mps"``.
        batch_size: how many texts of usual length the model gets at once; ``None`` for 8 on the
            CPU and 64 on a GPU. Where tokens are drawn, each is computed on its own.
        checkpoint: a folder as transformers saves it, in place of ``model_name``.
        trust_pickle: load weights that can run code.

    Returns:
        For each prompt what the model writes behind it, without the prompt. A prompt is a text,
        or a conversation: a list of ``{"role": "user", "content": "…"}``, which models that were
        trained for it answer.

    Raises:
        UsageError: for arguments that cannot be, and a device that is not there.
        WeightsError: if files are absent, damaged, pickled, or of a model for something else.
        DataError: for what is no prompt, and one that is too long.

    Example:
        >>> write = TransformersTextGeneration(max_new_tokens=8)  # doctest: +SKIP
        >>> write([{"role": "user", "content": "What is the capital of France?"}])  # doctest: +SKIP
        'The capital of France is Paris.'

    Source: https://huggingface.co/docs/transformers/llm_tutorial
    """

    task = "text generation"
    models = {
        "HuggingFaceTB/SmolLM2-135M-Instruct": KnownModel(license="apache-2.0", megabytes=269),
        "HuggingFaceTB/SmolLM2-360M-Instruct": KnownModel(license="apache-2.0", megabytes=724),
        "openai-community/gpt2": KnownModel(license="mit", megabytes=548),
        "Qwen/Qwen3-0.6B": KnownModel(license="apache-2.0", megabytes=1503),
    }

    def __init__(
        self,
        model_name: str = "HuggingFaceTB/SmolLM2-135M-Instruct",
        *,
        max_new_tokens: int = 64,
        num_beams: int | None = None,
        temperature: float = 0.0,
        top_p: float = 1.0,
        seed: int | None = None,
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
        self._decoding = Decoding(max_new_tokens, num_beams, temperature, top_p, seed)

    def loaded(self, folder: TaskFolder) -> TextGenerator:
        """The model, read from its folder."""
        from towhee.models.transformers.text_generator import TextGenerator

        return TextGenerator(folder, self._decoding)

    def fingerprint(self) -> str | None:
        """As of every task; ``None`` where chance makes another text each time."""
        is_chance = self._decoding.draws and self._decoding.seed is None
        return None if is_chance else super().fingerprint()

    def streams(self) -> Streams:
        """The model for an engine, in batches of prompts of like length."""
        how = super().streams()
        return how.by_length(_USUAL_LENGTH, batch_size=_BATCH_SIZE, gpu_batch_size=_GPU_BATCH_SIZE)

    def prepare(self, value: Any) -> npt.NDArray[np.int64]:
        """The numbers of the prompt's tokens, ``(length,) int64``."""
        return self.running.prepared(_as_prompt(value))


def _as_prompt(value: object) -> Prompt:
    if isinstance(value, str):
        return value
    if isinstance(value, (list, tuple)) and value and all(map(_is_message, value)):
        return value
    raise DataError(
        "a prompt is a str, or a list of messages {'role': …, 'content': …}, not "
        f"{type(value).__name__} ({short(value)})"
    )


def _is_message(value: object) -> bool:
    return isinstance(value, Mapping) and all(
        isinstance(value.get(name), str) for name in ("role", "content")
    )
