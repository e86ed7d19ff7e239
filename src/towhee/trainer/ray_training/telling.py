"""What a worker logs, told to the caller as it is said."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator
from typing import Any

from towhee.trainer.ray_training.conversation import LOG
from towhee.trainer.ray_training.naming import Naming

_ROOT = "towhee"


class _Sent(logging.Handler):
    def __init__(self, mailbox: Any, naming: Naming) -> None:
        super().__init__()
        self._mailbox, self._naming = mailbox, naming

    def emit(self, record: logging.LogRecord) -> None:
        said = self._naming.told(record.getMessage())
        fields = {**vars(record), "exc_info": None, "args": None, "msg": said}
        self._mailbox.send.remote(LOG, [fields])


@contextlib.contextmanager
def telling(mailbox: Any, naming: Naming, level: int) -> Iterator[None]:
    """What this library logs goes to the caller, and not to the worker's file.

    Args:
        mailbox: through which it goes.
        naming: of the folder that messages may name.
        level: from which on the caller wants to know.
    """
    logger, handler = logging.getLogger(_ROOT), _Sent(mailbox, naming)
    before = logger.level, logger.propagate
    logger.addHandler(handler)
    logger.propagate = False
    logger.setLevel(level)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(before[0])
        logger.propagate = before[1]
