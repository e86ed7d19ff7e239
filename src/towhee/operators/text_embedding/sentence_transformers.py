"""``text_embedding.sentence_transformers``: any sentence model of sentence-transformers."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from towhee.errors import UsageError
from towhee.models.run_conditions import RunConditions
from towhee.models.text.known_models import KNOWN
from towhee.models.text.spec import sentence_spec
from towhee.operators.text_embedding.text import as_text
from towhee.operators.text_embedding.token_operator import TokenOperator

if TYPE_CHECKING:
    from towhee.models.text.sentence_network import SentenceNetwork


class SentenceTransformersTextEmbedding(TokenOperator["SentenceNetwork"]):
    """Embed sentences, and texts of any length, with a model of sentence-transformers.

    What is longer than the model reads is cut, as sentence-transformers does.

    Args:
        model_name: ``"all-MiniLM-L6-v2"``, which is pinned to one commit, or any repository of the
            Hub in the format of sentence-transformers, ``"owner/name"``, at its newest.
        prompt: what is put in front of every text, such as ``"query: "``; ``None`` for what the
            model does of its own accord.
        prompt_name: ``"query"`` or ``"document"``, or another name of a prompt that the model
            keeps, in place of ``prompt``; a model that does not tell the two apart has none.
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

    extra = "text"
    models = KNOWN

    def __init__(
        self,
        model_name: str = "all-MiniLM-L6-v2",
        *,
        prompt: str | None = None,
        prompt_name: str | None = None,
        normalize: bool = True,
        device: str = "auto",
        backend: str = "auto",
        precision: str = "auto",
        fidelity: float = 0.9999,
        calibration: Sequence[str] = (),
        checkpoint: str | os.PathLike[str] | None = None,
        trust_pickle: bool = False,
    ) -> None:
        self.spec = sentence_spec(model_name, checkpoint=checkpoint, trust_pickle=trust_pickle)
        if prompt is not None and prompt_name is not None:
            raise UsageError("prompt is the text itself, prompt_name its name: give one of them")
        self._prompt, self._prompt_name = prompt, prompt_name
        self._calibration = tuple(map(as_text, calibration))
        super().__init__(
            self.spec.name,
            RunConditions(device, backend, precision, fidelity),
            normalize=normalize,
            has_calibration=bool(self._calibration),
        )

    @property
    def dimension(self) -> int:
        """The length of the vectors; a pinned model's is known, others say it in their files."""
        if self.spec.dimension is not None:
            return self.spec.dimension
        from towhee.models.text.layout import sentence_layout

        return sentence_layout(self.spec.files).dimension

    def network(self) -> SentenceNetwork:
        """The model, read from its folder, the cache or the Hub."""
        from towhee.models.text.prompts import named_prompt
        from towhee.models.text.sentence_network import SentenceNetwork

        prompt = self._prompt
        if self._prompt_name is not None:
            prompt = named_prompt(self.spec.files, self._prompt_name)
        return SentenceNetwork(self.spec, prompt=prompt, texts=self._calibration)

    def origin(self) -> str | None:
        """The model's key without a prompt, as questions are compared with what answers them."""
        from towhee.models.text.sentence_network import SentenceNetwork

        return SentenceNetwork(self.spec).key
