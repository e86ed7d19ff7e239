"""The values that travel through towhee."""

from towhee.types.audio_frame import AudioFrame
from towhee.types.entity import Entity
from towhee.types.failure import Failure
from towhee.types.image import ColorMode, Image
from towhee.types.option import Empty, Option, Some
from towhee.types.search_result import SearchResult

__all__ = [
    "AudioFrame",
    "ColorMode",
    "Empty",
    "Entity",
    "Failure",
    "Image",
    "Option",
    "SearchResult",
    "Some",
]
