"""PyAV, the door to FFmpeg, imported when something is decoded or resampled."""

from __future__ import annotations

from types import ModuleType

from towhee.errors import MissingExtraError


def import_av(what: str) -> ModuleType:
    """The module ``av``.

    Args:
        what: needs it, for the message.

    Raises:
        MissingExtraError: if it is not installed.
    """
    try:
        import av
    except ImportError as error:
        raise MissingExtraError(what, "audio") from error
    return av
