"""A bar for rows on stderr, where a person looks."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator

from towhee.cli.messages import is_terminal


@contextlib.contextmanager
def row_progress(what: str, total: int) -> Iterator[Callable[[int], object]]:
    """Gives the function that is told how many rows are done.

    Args:
        what: is done.
        total: how many rows there are.
    """
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

    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=total)
        yield lambda count: bar.advance(task, count)
