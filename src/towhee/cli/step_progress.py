"""What is done next, on stderr, where a person looks."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator

from towhee.cli.messages import is_terminal


@contextlib.contextmanager
def step_progress() -> Iterator[Callable[[str], object]]:
    """Gives the function that is told, in words, what is done next."""
    if not is_terminal(sys.stderr):
        yield lambda step: None
        return
    from rich.console import Console

    with Console(stderr=True).status("starting") as status:
        yield status.update
