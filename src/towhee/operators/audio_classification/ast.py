"""``audio_classification.ast``: what sounds, with the Audio Spectrogram Transformer."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from towhee.errors import UsageError
from towhee.models.class_scores import surest_classes
from towhee.models.model_source import ModelSource, model_source
from towhee.models.run_conditions import RunConditions
from towhee.operators.audio_embedding.ast import AST, AST_MODELS
from towhee.operators.audio_embedding.sound_operator import SoundOperator
from towhee.operators.base import ModelOperator, Streams
from towhee.operators.topk import check_topk
from towhee.types import Classification

if TYPE_CHECKING:
    from towhee.models.audio.ast_classifier import AstClassifier

_SCORES = ("auto", "sigmoid", "softmax")


class AstAudioClassification(ModelOperator[Any, list[Classification]]):
    """Name what sounds, with an Audio Spectrogram Transformer of transformers.

    A value is an ``AudioFrame``, a list of them, or ``(array, sample_rate)``, of any rate and
    number of channels. It becomes a list of ``Classification``, the surest first.

    Args:
        model_name: ``"MIT/ast-finetuned-audioset-10-10-0.4593"``, which knows the 527 classes of
            AudioSet, or any repository of the Hub in its format.
        topk: how many classes to give.
        scores: ``"sigmoid"`` for classes that may sound together, ``"softmax"`` for one of
            several; ``"auto"`` for what the model says, as in transformers.
        long_sounds: of sounds longer than the model hears at once, a little over 10 seconds,
            ``"average"`` takes the mean of the scores of all windows, and ``"cut"`` the first
            window, as transformers does.
        device: ``"auto"`` for a CUDA GPU if there is one and the CPU otherwise, or ``"cpu"``,
            ``"cuda"``, ``"cuda:1"``, ``"mps"``.
        backend: ``"torch"``, ``"onnxruntime"`` or ``"openvino"``; ``"auto"`` measures those that
            are installed, once for each model and machine, and takes the fastest whose scores
            agree with torch's in float32.
        precision: ``"float32"``, ``"bfloat16"``, ``"float16"`` or ``"int8"``; ``"auto"`` for the
            fastest that agrees. ``"int8"`` is taken only if it is asked for by name, or if there
            is ``calibration``.
        fidelity: the least cosine of any sound's scores to those of torch in float32.
        calibration: sounds of your own kind, on which backends are compared and int8 is
            calibrated; computed ones if not given.
        checkpoint: a folder as transformers saves it, in place of ``model_name``.
        trust_pickle: load weights in the folder that can run code.

    Raises:
        UsageError: for arguments that cannot be, and a device that is not there.
        WeightsError: if weights are absent, damaged, of another model, or pickled.
        DataError: for what is no sound, or too short.

    Example:
        >>> classify = AstAudioClassification(topk=1)  # doctest: +SKIP
        >>> classify(recording)  # doctest: +SKIP
        [Classification(label='Bird vocalization, bird call, bird song', score=0.62)]

    Source: Gong et al., 2021, https://arxiv.org/abs/2104.01778
    """

    extra = "audio-models"
    models = {name: replace(known, dimension=None) for name, known in AST_MODELS.items()}

    def __init__(
        self,
        model_name: str = AST,
        *,
        topk: int = 5,
        scores: str = "auto",
        long_sounds: str = "average",
        device: str = "auto",
        backend: str = "auto",
        precision: str = "auto",
        fidelity: float = 0.999,
        calibration: Sequence[Any] = (),
        checkpoint: str | os.PathLike[str] | None = None,
        trust_pickle: bool = False,
    ) -> None:
        if scores not in _SCORES:
            raise UsageError(f"scores is one of {', '.join(_SCORES)}, not {scores!r}")
        self._topk = check_topk(topk)
        self._scores = _AstScores(
            model_source(
                model_name, known=AST_MODELS, checkpoint=checkpoint, trust_pickle=trust_pickle
            ),
            scores,
            RunConditions(device, backend, precision, fidelity),
            calibration,
            long_sounds,
        )

    def setup(self) -> None:
        """Read the model and settle what runs it."""
        self._scores.ensure_setup()

    def load(self) -> None:
        """Load the weights in the form that single calls need."""
        self._scores.load()

    def how_it_runs(self) -> list[str]:
        """The backend and precision that were chosen, and what was measured for it."""
        return self._scores.how_it_runs()

    def fingerprint(self) -> str | None:
        """Weights, preprocessing, backend and precision."""
        return self._scores.fingerprint()

    def streams(self) -> Streams:
        """The model for an engine: a call for each core, in batches of the size that is best."""
        how = self._scores.streams()
        return replace(how, forward=lambda prepared: self._named(how.forward(prepared)))

    def prepare(self, value: Any) -> Any:
        """The spectrograms of the sound's windows.

        Raises:
            DataError: for what is no sound, and for one that is too short.
        """
        return self._scores.prepare(value)

    def forward(self, prepared: Sequence[Any]) -> list[list[Classification]]:
        """For each sound its classes, the surest first."""
        return self._named(self._scores.forward(prepared)) if len(prepared) else []

    def _named(self, scores: npt.NDArray[Any] | Sequence[Any]) -> list[list[Classification]]:
        labels = self._scores.running.network.labels
        return surest_classes(np.asarray(scores), labels, self._topk)


class _AstScores(SoundOperator["AstClassifier"]):
    """The scores of all classes for a sound."""

    def __init__(
        self,
        source: ModelSource,
        scores: str,
        conditions: RunConditions,
        calibration: Sequence[Any],
        long_sounds: str,
    ) -> None:
        self._source, self._kind = source, scores
        super().__init__(
            source.name,
            conditions,
            normalize=False,
            calibration=calibration,
            long_sounds=long_sounds,
        )

    def network(self) -> AstClassifier:
        """The model, read from its folder, the cache or the Hub."""
        from towhee.models.audio.ast_classifier import AstClassifier

        return self.compared_on_calibration(partial(AstClassifier, self._source, scores=self._kind))
