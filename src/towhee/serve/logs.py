"""Logs that programs read: a line of JSON each."""

from __future__ import annotations

import logging
import sys
from datetime import datetime, timezone

from towhee.serve.answers import as_json


class JsonLines(logging.Formatter):
    """Writes a record as an object: its time, level, logger, message and fields."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        line = {
            "time": datetime.fromtimestamp(record.created, timezone.utc).isoformat(
                timespec="milliseconds"
            ),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return as_json(line).decode()


def start_logs(level: int = logging.INFO) -> None:
    """Write what the service and its server log to stderr, a line of JSON each."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    for name in ("towhee", "uvicorn"):
        logger = logging.getLogger(name)
        logger.handlers = [handler]
        logger.propagate = False
        logger.setLevel(level)
