"""A bar for images on stderr, where a person looks."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from towhee.cli.image_inputs import ImageInputs
from towhee.cli.messages import is_terminal


@contextlib.contextmanager
def image_progress(
    paths: Sequence[str], *, recursive: bool = True, what: str = "embedding"
) -> Iterator[Callable[[int], Any]]:
    """Gives the function that is told how many images are done."""
    if not is_terminal(sys.stderr):
        yield lambda count: None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    counted = ImageInputs(paths, recursive=recursive, on_unreadable=lambda folder, error: None)
    total = sum(1 for _ in counted)
    columns = (
        TextColumn(what),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=total, rate="")

        def advance(count: int) -> None:
            bar.advance(task, count)
            speed = bar.tasks[0].speed
            if speed:
                bar.update(task, rate=f"{speed:.1f} images/s")

        yield advance
