"""What a worker logs, told in the process that waits for its rows."""

from __future__ import annotations

import contextlib
import logging
import pickle
from collections.abc import Iterator, Sequence
from typing import Any

Record = dict[str, Any]
"""The fields of a ``LogRecord``, all of which can be sent."""

_ROOT = "towhee"


class _Listed(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.records: list[Record] = []

    def emit(self, record: logging.LogRecord) -> None:
        fields = {**vars(record), "exc_info": None}
        try:
            pickle.loads(pickle.dumps(fields["args"]))
        except Exception:  # noqa: BLE001 (whatever an argument raises that cannot be pickled)
            fields |= {"msg": record.getMessage(), "args": None}
        self.records.append(fields)


@contextlib.contextmanager
def noted(level: int) -> Iterator[list[Record]]:
    """The list to which what this library logs is added, instead of going to the worker's file."""
    logger, handler = logging.getLogger(_ROOT), _Listed()
    before = logger.level, logger.propagate
    logger.addHandler(handler)
    logger.propagate = False
    logger.setLevel(level)
    try:
        yield handler.records
    finally:
        logger.removeHandler(handler)
        logger.setLevel(before[0])
        logger.propagate = before[1]


def level_of_caller() -> int:
    """The level from which on the caller's process wants to know."""
    return logging.getLogger(_ROOT).getEffectiveLevel()


def tell(records: Sequence[Record]) -> None:
    """Log what was logged elsewhere."""
    for fields in records:
        logging.getLogger(fields["name"]).handle(logging.makeLogRecord(fields))
