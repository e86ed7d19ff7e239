"""A bar for transfers that take longer than two seconds, where a person looks."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from towhee.cli.messages import is_terminal

if TYPE_CHECKING:
    from towhee.hub.home import Progress

_PATIENCE = 2.0  # seconds


@contextlib.contextmanager
def transfer(what: str, total: int | None = None) -> Iterator[Progress]:
    """Gives the function that is told of each piece, its bytes.

    Args:
        what: what is done, such as ``"pulling me/birds"``.
        total: the bytes of all of it, if known.
    """
    if not is_terminal(sys.stderr):
        yield lambda count: None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )

    columns = (
        TextColumn(what),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    bar = Progress(*columns, console=Console(stderr=True), transient=True)
    task = bar.add_task("", total=total)
    started = time.monotonic()

    def advance(count: int) -> None:
        bar.advance(task, count)
        if not bar.live.is_started and time.monotonic() - started > _PATIENCE:
            bar.start()

    try:
        yield advance
    finally:
        bar.stop()
