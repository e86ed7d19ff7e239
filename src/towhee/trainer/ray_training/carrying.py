"""The folder that a worker writes, sent to the caller as it changes."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from towhee.trainer.keeping import LAST_CHECKPOINT
from towhee.trainer.ray_training.naming import Naming

FILE, GONE = "file", "gone"
"""Letters: a piece of a file, and the name of one that was removed."""

PIECE = 4 * 2**20
"""Bytes that are sent at once."""

_SECONDS = 2.0
"""Between two looks at the folder."""

_SHARE = 0.1
"""The share of the time that may go into sending, while the training runs."""

_MARKS = (LAST_CHECKPOINT, "trainer_state.json")
"""States that belong to files which were written before them, such as the best weights: they are
opened before those are looked for, and sent behind them."""


class Carrier:
    """Sends what changes in a folder, until it is closed; once more then.

    Args:
        ray: the module, connected.
        mailbox: through which it is sent.
        folder: to look at; hidden files are not sent.
        naming: says what the folder is called at the caller's.
        within: what stands in front of the names of files there.
    """

    def __init__(
        self, ray: Any, mailbox: Any, folder: Path, naming: Naming, within: str = ""
    ) -> None:
        self._ray, self._mailbox, self._folder, self._naming = ray, mailbox, folder, naming
        self._within = within
        self._sent: dict[str, tuple[int, int, int]] = {}
        self._ends = threading.Event()
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="towhee-carrier", daemon=True)

    def __enter__(self) -> Carrier:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ends.set()
        self._thread.join()

    def send_rest(self) -> list[str]:
        """Send what has changed, and give the names of all files; when nothing is written any more.

        Raises:
            ray.exceptions.RayError: if the caller is gone.
        """
        self._ends.set()
        if self._thread.ident is not None:
            self._thread.join()
        if self._error is not None:
            raise self._error
        self._send_changes()
        return sorted(self._sent)

    def _run(self) -> None:
        pause = _SECONDS
        while not self._ends.wait(pause):
            began = time.monotonic()
            try:
                self._send_changes()
            except (OSError, self._ray.exceptions.RayError) as error:
                self._error = error
                return
            pause = max(_SECONDS, (time.monotonic() - began) / _SHARE)

    def _send_changes(self) -> None:
        with contextlib.ExitStack() as opened:
            marks = [
                (name, path, opened.enter_context(file))
                for name, path in self._files()
                if path.name in _MARKS and (file := _opened(path)) is not None
            ]
            marked = {name for name, _, _ in marks}
            found = set(marked)
            for name, path in self._files():
                found.add(name)
                if name in marked or (file := _opened(path)) is None:
                    continue
                with file:
                    self._send(name, path, file)
            for name, path, file in marks:
                self._send(name, path, file)
        for name in set(self._sent) - found:
            del self._sent[name]
            self._ray.get(self._mailbox.send.remote(GONE, self._within + name))

    def _files(self) -> Iterator[tuple[str, Path]]:
        """All files that are not hidden, by their names from the folder on."""
        for folder, names, files in os.walk(self._folder):
            names[:] = [name for name in names if not name.startswith(".")]
            for name in files:
                if not name.startswith("."):
                    path = Path(folder, name)
                    yield path.relative_to(self._folder).as_posix(), path

    def _send(self, name: str, path: Path, file: Any) -> None:
        about = os.fstat(file.fileno())
        stamp = (about.st_mtime_ns, about.st_size, about.st_ino)
        if self._sent.get(name) == stamp:
            return
        for offset, piece, is_last in self._pieces(path, file):
            content = (self._within + name, offset, piece, is_last)
            self._ray.get(self._mailbox.send.remote(FILE, content))
        self._sent[name] = stamp

    def _pieces(self, path: Path, file: Any) -> Iterator[tuple[int, bytes, bool]]:
        if self._naming.is_text(path):
            yield 0, self._naming.told_in(file.read()), True
            return
        offset, piece = 0, file.read(PIECE)
        while True:
            following = file.read(PIECE)
            yield offset, piece, not following
            if not following:
                return
            offset, piece = offset + len(piece), following


def _opened(path: Path) -> Any:
    """The file, ``None`` if it is gone by now."""
    try:
        return open(path, "rb")
    except FileNotFoundError:
        return None
