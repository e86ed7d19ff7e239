"""The folder of a training that runs elsewhere, as it arrives."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from towhee.errors import TrainingError, one_line
from towhee.trainer.keeping import HISTORY, LAST_CHECKPOINT
from towhee.trainer.preparing import CHECKPOINTS, CONFIG, MODEL
from towhee.trainer.pretraining.recipe import PRETRAINED
from towhee.trainer.ray_training.carrying import PIECE
from towhee.trainer.trained_folder import put_folder

_STATE = (CHECKPOINTS, PRETRAINED, HISTORY, CONFIG)
"""What a training that goes on needs of what was kept."""


class ReceivedFolder:
    """Writes what a worker sends; a model is put in its place when all of it is there.

    Args:
        path: of the folder.
        held: the names of folders in it that are put in their place at the end.
    """

    def __init__(self, path: Path, held: Sequence[str] = (MODEL,)) -> None:
        self._path, self._held = path, held

    def take(self, piece: tuple[str, int, bytes, bool]) -> None:
        """A piece of a file: its name, where it begins, its bytes, and whether it is the last.

        Raises:
            TrainingError: if it cannot be written.
        """
        name, offset, content, is_last = piece
        path = self._place(name)
        beside = path.with_name(f".{path.name}.part")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with open(beside, "wb" if offset == 0 else "ab") as file:
                file.write(content)
            if is_last:
                os.replace(beside, path)
        except OSError as error:
            raise TrainingError(
                f"what the cluster sends cannot be written to {str(self._path)!r}: "
                f"{one_line(error, 200)}; the training was ended. Make room, and go on with "
                f"resume_from={str(self._path)!r}"
            ) from error

    def remove(self, name: str) -> None:
        """A file that was removed there."""
        self._place(name).unlink(missing_ok=True)

    def begin(self) -> None:
        """Forget what a worker that is gone had begun to send."""
        for held in self._held:
            shutil.rmtree(self._beside(held), ignore_errors=True)

    def finish(self, names: Iterable[str]) -> None:
        """Put what was held back in its place.

        Args:
            names: of all files that there are.
        """
        kept = {name.partition("/")[0] for name in names}
        for held in self._held:
            if held in kept and self._beside(held).is_dir():
                put_folder(self._beside(held), self._path / held)

    def _place(self, name: str) -> Path:
        top, _, rest = name.partition("/")
        return self._beside(top) / rest if top in self._held else self._path / name

    def _beside(self, held: str) -> Path:
        return self._path / f".{held}.received"


def kept_files(folder: Path, checkpoint: Path | None) -> Iterator[tuple[str, Path]]:
    """What a training goes on with elsewhere, by the names that it has there.

    Args:
        folder: of the training.
        checkpoint: to go on from: a file, or a folder; ``None`` for what the folder has.
    """
    states = checkpoint.name if checkpoint is not None and checkpoint.is_dir() else None
    for path in _files(folder / name for name in _STATE):
        name = path.relative_to(folder)
        is_state = len(name.parts) > 2 and name.parts[1].startswith("checkpoint-")
        if states is None or not is_state or name.parts[1] == states:
            yield name.as_posix(), path
    if checkpoint is None:
        return
    if checkpoint.is_file():
        yield f"{CHECKPOINTS}/{LAST_CHECKPOINT}", checkpoint
    elif checkpoint.parent != folder / CHECKPOINTS:
        for path in _files([checkpoint]):
            yield f"{CHECKPOINTS}/{checkpoint.name}/{path.relative_to(checkpoint)}", path


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    """All files that are not hidden."""
    for path in paths:
        if path.is_file():
            yield path
        for folder, names, files in os.walk(path):
            names[:] = [name for name in names if not name.startswith(".")]
            yield from (Path(folder, name) for name in files if not name.startswith("."))


def given_files(ray: Any, files: Iterable[tuple[str, Path]]) -> dict[str, list[Any]]:
    """Files by their names, as references to pieces that a worker can fetch."""
    found: dict[str, list[Any]] = {}
    for name, path in files:
        with open(path, "rb") as file:
            found[name] = [ray.put(piece) for piece in iter(lambda: file.read(PIECE), b"")]
    return found


def lay_down(ray: Any, files: dict[str, list[Any]], folder: Path) -> None:
    """Write such files."""
    for name, pieces in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(path, "wb") as file:
            for piece in pieces:
                file.write(ray.get(piece))
