"""Import open_clip, and keep it quiet. The only module that imports it."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator
from typing import Any

from towhee.errors import MissingExtraError
from towhee.models.torchvision_cure import import_torchvision

EXTRA = "open_clip"


# Any: the library has no types.
def import_open_clip() -> Any:
    """The open_clip module.

    Raises:
        MissingExtraError: if it, torch or torchvision is not installed.
    """
    try:
        import_torchvision()
        import open_clip
    except MissingExtraError as error:
        raise MissingExtraError("a model of open_clip", EXTRA) from error
    except ModuleNotFoundError as error:
        raise MissingExtraError("a model of open_clip", EXTRA) from error
    return open_clip


@contextlib.contextmanager
def quiet_open_clip() -> Iterator[None]:
    """Without its reports, which go to the root logger and would set that up for the process."""
    root = logging.getLogger()
    handler = logging.NullHandler()
    root.addHandler(handler)
    disabled = root.manager.disable
    logging.disable(logging.WARNING)
    try:
        yield
    finally:
        logging.disable(disabled)
        root.removeHandler(handler)
