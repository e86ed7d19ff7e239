"""OpenCV, which is imported when it is first needed."""

from __future__ import annotations

from types import ModuleType

from towhee.errors import MissingExtraError


def import_opencv(what: str) -> ModuleType:
    """OpenCV.

    Args:
        what: needs it, for messages.

    Raises:
        MissingExtraError: if it is not installed.
    """
    try:
        import cv2
    except ModuleNotFoundError as error:
        raise MissingExtraError(what, "opencv") from error
    return cv2
