"""What the operators have in common that give texts to a transformer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import numpy.typing as npt

from towhee.models.network import Batch
from towhee.operators.base import Streams
from towhee.operators.network_operator import NetworkOperator
from towhee.operators.text_embedding.text import as_text, known_tokens

if TYPE_CHECKING:
    from towhee.models.text.token_network import TokenNetwork

N = TypeVar("N", bound="TokenNetwork")

_BATCH_SIZE, _GPU_BATCH_SIZE = 16, 128  # where it was not measured


class TokenOperator(NetworkOperator[str, N]):
    """Vectors of texts, of which those of like length share a batch."""

    def setup(self) -> None:
        """Read the model and settle what runs it."""
        from towhee.models.transformers.importing import import_transformers

        import_transformers()
        super().setup()

    def streams(self) -> Streams:
        """The model for an engine: a call for each core, in batches of texts of like length."""
        how, network = super().streams(), self.running.network
        return how.by_length(
            network.usual_length,
            batch_size=_BATCH_SIZE,
            gpu_batch_size=_GPU_BATCH_SIZE,
            length=self._row_length if self.running.keeps_shapes else len,
        )

    def prepare(self, value: Any) -> npt.NDArray[np.int64]:
        """The numbers of the text's tokens, ``(length,) int64``.

        Raises:
            DataError: for what is no text.
        """
        known = known_tokens(value, self)
        return self.running.network.tokenizer.ids(as_text(value)) if known is None else known

    def inputs(self, prepared: Sequence[Any]) -> Batch:
        """The tokens of several texts, padded to the longest."""
        return self.running.network.batch(prepared, few_shapes=self.running.keeps_shapes)

    def _row_length(self, ids: npt.NDArray[np.int64]) -> int:
        return self.running.network.row_length(len(ids))
