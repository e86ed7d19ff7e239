"""``text_embedding.sentence_transformers``: any sentence model of sentence-transformers."""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from towhee.errors import DataError
from towhee.models.backends import Backend
from towhee.models.backends.device import check_device
from towhee.models.candidates import check_choice
from towhee.models.machine import cores
from towhee.models.text.spec import sentence_spec
from towhee.models.vectors import unit_length
from towhee.operators.base import ModelOperator, Streams, short

if TYPE_CHECKING:
    from towhee.models.runner import Runner
    from towhee.models.selection import Decision
    from towhee.models.text.sentence_network import SentenceNetwork

logger = logging.getLogger(__name__)

_BATCH_SIZE, _GPU_BATCH_SIZE = 16, 128  # where it was not measured


class SentenceTransformersTextEmbedding(ModelOperator[str, npt.NDArray[np.float32]]):
    """Embed sentences, and texts of any length, with a model of sentence-transformers.

    What is longer than the model reads is cut, as sentence-transformers does.

    Args:
        model_name: ``"all-MiniLM-L6-v2"``, which is pinned to one commit, or any repository of the
            Hub in the format of sentence-transformers, ``"owner/name"``, at its newest.
        prompt: what is put in front of every text, such as ``"query: "``; ``None`` for what the
            model does of its own accord.
        normalize: whether vectors have unit length, so that the inner product is the cosine;
            otherwise they are as the model gives them.
        device: ``"auto"`` for a CUDA GPU if there is one and the CPU otherwise, or ``"cpu"``,
            ``"cuda"``, ``"cuda:1"``, ``"mps"``.
        backend: ``"torch"``, ``"onnxruntime"`` or ``"openvino"``; ``"auto"`` measures those that
            are installed, once for each model and machine, and takes the fastest whose vectors
            agree with torch's in float32. ``"torch_compile"`` is torch with a model that it
            compiles at the first call, half a minute in each process.
        precision: ``"float32"``, ``"bfloat16"``, ``"float16"`` or ``"int8"``; ``"auto"`` for the
            fastest that agrees. ``"int8"`` is taken only if it is asked for by name, or if there
            is ``calibration``.
        fidelity: the least cosine of any vector to that of torch in float32, which backend and
            precision have to keep on real texts.
        calibration: texts of your own kind, on which vectors are compared and int8 is calibrated;
            the sample sentences if not given.
        checkpoint: a folder as sentence-transformers saves it, in place of ``model_name``.
        trust_pickle: load weights in the folder that can run code.

    Attributes:
        spec: which model it is.
        threads: how many of the CPU the model may use, set before ``setup``; all cores if ``None``.

    Raises:
        UsageError: for arguments that cannot be, and a device that is not there.
        WeightsError: if files are absent, damaged, pickled, or of a kind that is not supported.

    Example:
        >>> embed = SentenceTransformersTextEmbedding()  # doctest: +SKIP
        >>> embed("A towhee is a bird.").shape  # doctest: +SKIP
        (384,)

    Source: https://sbert.net
    """

    threads: int | None = None

    def __init__(
        self,
        model_name: str = "all-MiniLM-L6-v2",
        *,
        prompt: str | None = None,
        normalize: bool = True,
        device: str = "auto",
        backend: str = "auto",
        precision: str = "auto",
        fidelity: float = 0.9999,
        calibration: Sequence[str] = (),
        checkpoint: str | os.PathLike[str] | None = None,
        trust_pickle: bool = False,
    ) -> None:
        check_device(device)
        check_choice(backend, precision, device, fidelity)
        self.spec = sentence_spec(model_name, checkpoint=checkpoint, trust_pickle=trust_pickle)
        self._prompt, self._normalize = prompt, normalize
        self._device, self._backend_name, self._precision = device, backend, precision
        self._fidelity, self._calibration = fidelity, tuple(map(_as_text, calibration))
        self._network: SentenceNetwork | None = None
        self._runner: Runner | None = None
        self._decision: Decision | None = None

    @property
    def dimension(self) -> int:
        """The length of the vectors; a pinned model's is known, others say it in their files."""
        if self.spec.dimension is not None:
            return self.spec.dimension
        from towhee.models.text.layout import sentence_layout

        return sentence_layout(self.spec.files).dimension

    def setup(self) -> None:
        """Read the model, from its folder, the cache or the Hub, and settle what runs it."""
        from towhee.models.choice import choose
        from towhee.models.runner import Runner
        from towhee.models.text.sentence_network import SentenceNetwork
        from towhee.models.text.transformer import import_transformers

        import_transformers()
        threads = self.threads or cores()
        device = self._chosen_device()  # first, as a download for an absent one is in vain
        network = SentenceNetwork(self.spec, prompt=self._prompt, texts=self._calibration)
        self._decision = choose(
            network,
            backend=self._backend_name,
            precision=self._precision,
            device=device,
            cores=threads,
            fidelity=self._fidelity,
            has_calibration=bool(self._calibration),
        )
        chosen = self._decision.chosen.candidate
        # Of what measuring needed, only the chosen stays in memory.
        self._network = network.unloaded()
        self._runner = Runner(self._network, chosen, device=device, threads=threads)
        logger.info("%s runs on %s", self.spec.name, chosen)

    def _chosen_device(self) -> str:
        if self._backend_name in ("onnxruntime", "openvino"):
            return "cpu"
        from towhee.models.backends.torch_eager import chosen_device

        return chosen_device(self._device)

    def load(self) -> None:
        """Load the weights in the form that single calls need."""
        self.ensure_setup()
        assert self._runner is not None
        self._runner.alone()

    def how_it_runs(self) -> list[str]:
        """The backend and precision that were chosen, and what was measured for it."""
        from towhee.models.decision_text import decision_lines
        from towhee.models.decisions import decisions_about

        known = self._decision
        if known is None and self._backend_name == self._precision == "auto":
            decisions = decisions_about(self.spec.name)
            known = next((each for each in decisions if each.fidelity == self._fidelity), None)
        return [] if known is None else decision_lines(known)

    def streams(self) -> Streams:
        """The model for an engine: a call for each core, in batches of texts of like length."""
        self.ensure_setup()
        assert self._runner is not None
        assert self._decision is not None
        assert self._network is not None
        backend = self._runner.streaming()
        unmeasured = _BATCH_SIZE if backend.threads else _GPU_BATCH_SIZE
        return Streams(
            lambda prepared: self._vectors(backend, prepared),
            parallel=backend.parallel,
            threads=backend.threads,
            batch_size=self._decision.chosen.batch_size or unmeasured,
            length=len,
            usual_length=self._network.usual_length,
        )

    def fingerprint(self) -> str | None:
        """Weights, tokenizer, pooling, backend and precision."""
        self.ensure_setup()
        assert self._runner is not None
        return self._runner.fingerprint

    def prepare(self, value: Any) -> npt.NDArray[np.int64]:
        """The numbers of the text's tokens, ``(length,) int64``.

        Raises:
            DataError: for what is no text.
        """
        self.ensure_setup()
        assert self._network is not None
        return self._network.tokenizer.ids(_as_text(value))

    def forward(self, prepared: Sequence[Any]) -> npt.NDArray[np.float32]:
        """Vectors ``(n, d) float32``."""
        if not len(prepared):
            return np.empty((0, self.dimension), np.float32)
        self.ensure_setup()
        assert self._runner is not None
        return self._vectors(self._runner.alone(), prepared)

    def _vectors(self, backend: Backend, prepared: Sequence[Any]) -> npt.NDArray[np.float32]:
        assert self._network is not None
        vectors = backend(*self._network.batch(prepared))
        return unit_length(vectors) if self._normalize else vectors


def _as_text(value: object) -> str:
    if isinstance(value, str):
        return value
    raise DataError(f"a text is a str, not {type(value).__name__} ({short(value)})")
