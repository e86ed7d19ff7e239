"""Ctrl-C in a training: an interruption of the caller's, as anywhere else."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def interruptible() -> Iterator[None]:
    """Lightning ends the process and ignores further signals; here the caller decides.

    Raises:
        KeyboardInterrupt: as Python does.
    """
    is_main = threading.current_thread() is threading.main_thread()
    handler = signal.getsignal(signal.SIGINT) if is_main else None
    try:
        yield
    except SystemExit as error:
        if isinstance(error.__context__, KeyboardInterrupt):
            raise KeyboardInterrupt from error
        raise
    finally:
        if is_main and handler is not None:
            signal.signal(signal.SIGINT, handler)
