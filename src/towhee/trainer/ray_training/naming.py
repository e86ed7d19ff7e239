"""What a worker's folder is called where the caller sees it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from towhee.operators.base import OperatorRef
from towhee.trainer.result import TrainingResult

_TEXTS = (".html", ".json", ".jsonl", ".md", ".yaml", ".csv")


@dataclass(frozen=True, slots=True)
class Naming:
    """A folder of a worker, whose name lasts as long as the worker, and the caller's.

    Attributes:
        there: the worker's, resolved.
        here: the caller's, as the caller calls it.
    """

    there: Path
    here: str

    def is_text(self, path: Path) -> bool:
        """Whether a file may say where it lies."""
        return path.suffix in _TEXTS

    def told(self, text: str) -> str:
        """A text with the caller's name of the folder."""
        return text.replace(str(self.there), self.here)

    def told_in(self, content: bytes) -> bytes:
        """The content of a file, likewise."""
        return content.replace(str(self.there).encode(), self.here.encode())

    def error(self, error: BaseException) -> BaseException:
        """An error whose messages name the caller's folder."""
        error.args = tuple(
            self.told(each) if isinstance(each, str) else each for each in error.args
        )
        return error

    def result(self, result: TrainingResult) -> TrainingResult:
        """A result whose paths are the caller's, for the caller."""
        report = result.report
        return replace(
            result,
            folder=Path(self.told(str(result.folder))),
            report=None if report is None else Path(self.told(str(report))),
            ref=self.ref(result.ref),
        )

    def ref(self, ref: OperatorRef) -> OperatorRef:
        """An operator with weights in the worker's folder, and then in the caller's, for it."""
        place = str(Path(self.here).resolve())

        def moved(value: Any) -> Any:
            return value.replace(str(self.there), place) if isinstance(value, str) else value

        return replace(
            ref,
            args=tuple(map(moved, ref.args)),
            kwargs=tuple((name, moved(value)) for name, value in ref.kwargs),
        )
