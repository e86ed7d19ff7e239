"""``text_embedding.onnx``: an ONNX file that makes vectors of texts."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from towhee.errors import UsageError
from towhee.models.candidates import Candidate
from towhee.models.machine import cores
from towhee.models.runner import Runner
from towhee.models.vectors import unit_length
from towhee.operators.base import ModelOperator, Streams
from towhee.operators.text_embedding.text import as_text, known_tokens

if TYPE_CHECKING:
    from towhee.models.backends import Backend
    from towhee.models.text.onnx_texts import OnnxTexts

_BATCH_SIZE = 16  # texts of usual length
_BACKENDS = ("onnxruntime", "openvino")


class OnnxTextEmbedding(ModelOperator[str, npt.NDArray[np.float32]]):
    """Embed texts with a model in an ONNX file, such as ``towhee export`` writes; no torch.

    Beside the file lie ``tokenizer.json``, and ``model.json`` if the file is called
    ``model.onnx``: it may state ``prompt`` (put in front of every text), ``max_tokens`` (what is
    longer is cut), ``cuts_left`` (at its beginning), ``padding`` (the token that fills up a row)
    and ``filled_to`` (how long rows are made at least).

    Args:
        path: of the file. It takes ``input_ids`` and ``attention_mask``, ``(n, length) int64``
            each, and gives ``(n, d) float32``.
        normalize: whether vectors have unit length, so that the inner product is the cosine.
        backend: ``"onnxruntime"`` or ``"openvino"``.

    Attributes:
        threads: how many the model may use, set before ``setup``; all cores if ``None``.

    Raises:
        UsageError: for arguments that cannot be.
        MissingExtraError: if tokenizers or the backend is not installed.
        WeightsError: if a file is not there, damaged, or says what cannot be.

    Example:
        >>> embed = OnnxTextEmbedding("exported/model.onnx")  # doctest: +SKIP
        >>> embed("A towhee is a bird.").shape  # doctest: +SKIP
        (384,)

    Source: https://onnxruntime.ai
    """

    extra = "tokenizers"
    threads: int | None = None

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        normalize: bool = True,
        backend: str = "onnxruntime",
    ) -> None:
        if not isinstance(path, (str, os.PathLike)):
            raise UsageError(f"path is that of an ONNX file, not {type(path).__name__}")
        if backend not in _BACKENDS:
            raise UsageError(f"backend is one of {', '.join(_BACKENDS)}, not {backend!r}")
        self._path = Path(path).expanduser()
        self._normalize, self._backend = normalize, backend
        self._texts: OnnxTexts | None = None
        self._runner: Runner | None = None

    @property
    def dimension(self) -> int:
        """The length of the vectors."""
        return len(self.forward([self.prepare("a")])[0])

    def setup(self) -> None:
        """Read what lies beside the file; the weights are loaded when the first call needs them."""
        from towhee.models.text.onnx_texts import OnnxTexts

        self._texts = OnnxTexts(self._path)
        threads = self.threads or cores()
        self._runner = Runner(self._texts, Candidate(self._backend), threads=threads)

    def load(self) -> None:
        """Load the weights in the form that single calls need."""
        self._running().alone()

    def fingerprint(self) -> str | None:
        """The files, the backend and its version."""
        return self._running().fingerprint

    def origin(self) -> str | None:
        """A digest of the files."""
        return self._model().key

    def stands_for(self) -> dict[str, str | None] | None:
        """What the JSON file beside the model says that it was exported from."""
        from towhee.models.json_file import read_json, stated_origin

        file = self._path.with_suffix(".json")
        return stated_origin(read_json(file), file) if file.is_file() else None

    def streams(self) -> Streams:
        """The model for an engine: a call for each core, in batches of texts of like length."""
        backend = self._running().streaming()
        how = Streams(
            lambda prepared: self._vectors(backend, prepared),
            parallel=backend.parallel,
            threads=backend.threads,
        )
        usual = self._model().usual_length
        return how.by_length(
            usual,
            batch_size=_BATCH_SIZE,
            gpu_batch_size=_BATCH_SIZE,
            length=self._row_length if self._keeps_shapes else len,
        )

    def prepare(self, value: Any) -> npt.NDArray[np.int64]:
        """The numbers of the text's tokens, ``(length,) int64``.

        Raises:
            DataError: for what is no text.
        """
        known = known_tokens(value, self)
        return self._model().tokenizer.ids(as_text(value)) if known is None else known

    def forward(self, prepared: Sequence[Any]) -> npt.NDArray[np.float32]:
        """Vectors ``(n, d) float32``."""
        if not len(prepared):
            return np.empty((0, self.dimension), np.float32)
        return self._vectors(self._running().alone(), prepared)

    def _vectors(self, backend: Backend, prepared: Sequence[Any]) -> npt.NDArray[np.float32]:
        vectors = backend(*self._model().batch(prepared, few_shapes=self._keeps_shapes))
        return unit_length(vectors) if self._normalize else vectors

    @property
    def _keeps_shapes(self) -> bool:
        return self._running().candidate.keeps_shapes

    def _row_length(self, ids: npt.NDArray[np.int64]) -> int:
        return self._model().row_length(len(ids))

    def _model(self) -> OnnxTexts:
        self.ensure_setup()
        assert self._texts is not None
        return self._texts

    def _running(self) -> Runner:
        self.ensure_setup()
        assert self._runner is not None
        return self._runner
