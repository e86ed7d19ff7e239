"""Samples as the student takes them, each with what the teacher says of it."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from towhee.trainer.trainable import Rows


class TaughtRows:
    """Rows of a student with the teacher's vectors beside them.

    Args:
        rows: of the student.
        taught: the teacher's vectors, ``(n, d) float32``, one for each row.
    """

    def __init__(self, rows: Rows, taught: npt.NDArray[np.float32]) -> None:
        self._rows, self._taught = rows, taught
        self.in_memory = rows.in_memory

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, index: tuple[int, int]) -> tuple[Any, int] | str:
        """The student's row and its place."""
        row = self._rows[index]
        return row if isinstance(row, str) else (row, index[1])

    def collate(self, samples: list[Any]) -> tuple[Any, Any, list[str]]:
        """What the student takes, the teacher's vectors and labels together; then the labels."""
        import torch

        rows = [sample if isinstance(sample, str) else sample[0] for sample in samples]
        places = [sample[1] for sample in samples if not isinstance(sample, str)]
        inputs, labels, messages = self._rows.collate(rows)
        if inputs is None:
            return None, None, messages
        taught = torch.from_numpy(self._taught[np.array(places, np.int64)])
        return (inputs, taught, labels), labels, messages
